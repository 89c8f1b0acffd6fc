// The frame of every page of the gateway, and the only place that makes HTML of text. Pages work without script: a
// script only adds the passkey button and saves a click.
import type { Language } from '../respond/problems.ts';

declare const safe: unique symbol;
/** HTML whose every value was escaped by `html`. */
export type Html = string & { readonly [safe]: true };

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for element content and quoted attributes. */
export function escapeHtml(text: string): Html {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign) as Html;
}

type Piece = Html | { readonly text: string } | readonly Html[] | undefined;

/** Template tag: pieces are Html, `{ text }` to be escaped, lists of Html, or nothing. A bare string does not compile. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return strings.reduce((whole, part, index) => whole + render(pieces[index - 1]) + part) as Html;
}

function render(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string') return piece;
  return 'text' in piece ? escapeHtml(piece.text) : piece.join('');
}

/** Marks markup made by a library or a constant of ours as safe; never anything a person or the portal wrote. */
export function trusted(markup: string): Html {
  return markup as Html;
}

export interface PageParts {
  readonly language: Language;
  readonly title: string;
  readonly body: Html;
  /** Scripts of ours to load, by file name; only pages with a passkey button have any. */
  readonly scripts?: readonly string[];
  /** The same page in the other language. */
  readonly otherLanguage?: string;
  /** Whose page it is: it has links to the portal and to the person's own pages. */
  readonly account?: string;
}

const frame = {
  fr: {
    skip: 'Aller au contenu',
    other: 'English',
    factors: 'Mes clés et applications',
    sessions: 'Mes sessions',
    home: 'Accueil du portail',
    foot: 'Palier protège les consultations de ce portail. Un courriel ne vous demandera jamais de code.',
  },
  en: {
    skip: 'Skip to content',
    other: 'Français',
    factors: 'My keys and apps',
    sessions: 'My sessions',
    home: 'Portal home',
    foot: 'Palier protects look-ups on this portal. No e\u2011mail will ever ask you for a code.',
  },
} as const;

const staircase = trusted(
  '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3 21h5v-6h6V9h7"/></svg>',
);

/** A whole document. */
export function page(parts: PageParts): string {
  const words = frame[parts.language];
  const language = trusted(parts.language);
  const other =
    parts.otherLanguage === undefined
      ? undefined
      : html`<a href="${{ text: parts.otherLanguage }}" lang="${trusted(parts.language === 'fr' ? 'en' : 'fr')}" hreflang="${trusted(parts.language === 'fr' ? 'en' : 'fr')}">${{ text: words.other }}</a>`;
  const own =
    parts.account === undefined
      ? undefined
      : html`<a href="/">${{ text: words.home }}</a> <a href="/.palier/factors">${{ text: words.factors }}</a> <a href="/.palier/sessions">${{ text: words.sessions }}</a>`;
  const scripts = (parts.scripts ?? []).map(
    (name) => html`<script src="/.palier/${{ text: name }}" defer></script>`,
  );
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns=%27http://www.w3.org/2000/svg%27 viewBox=%270 0 24 24%27%3E%3Cpath d=%27M3 21h5v-6h6V9h7%27 fill=%27none%27 stroke=%27%230b5394%27 stroke-width=%273%27/%3E%3C/svg%3E">
<title>${{ text: parts.title }} · Palier</title>
<link rel="stylesheet" href="/.palier/style.css">
${scripts}
</head>
<body>
<a class="skip" href="#main">${{ text: words.skip }}</a>
<header><span class="brand">${staircase}Palier</span><nav aria-label="Menu">${own} ${other}</nav></header>
<main id="main" tabindex="-1">
${parts.body}
</main>
<footer><p>${{ text: words.foot }}</p></footer>
</body>
</html>
`;
}

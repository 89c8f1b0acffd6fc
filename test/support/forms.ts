// Reads the forms of a page well enough to fill them in: where they go and what they already carry. Understands the
// markup of our own pages and the portal's, not HTML at large.

/** A form as a person finds it. */
export interface Form {
  readonly action: string;
  /** Names and values of its inputs; empty where the person has to type. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Lists the forms of a page, in its order. */
export function formsOf(markup: string): readonly Form[] {
  return [...markup.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head = '', body = '']) => ({
    action: attribute(head, 'action'),
    fields: Object.fromEntries(
      [...body.matchAll(/<input\b([^>]*)>/g)].map(([, input = '']) => [
        attribute(input, 'name'),
        attribute(input, 'value'),
      ]),
    ),
  }));
}

/** The form that goes to an address, or one that goes nowhere. */
export function formTo(page: { readonly forms: readonly Form[] }, action: string): Form {
  return page.forms.find((form) => form.action === action) ?? { action: '', fields: {} };
}

function attribute(tag: string, name: string): string {
  return plain(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

function plain(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

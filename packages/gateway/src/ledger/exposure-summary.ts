// The report in Markdown, French or English: what the authority's form asks in numbers (GDPR article 33(3)(a)), what the
// figures rest on, and what is left to write by a person. It names accounts and no exposed person.
import type { Exposure } from './exposure.ts';
import type { AccountExposure } from './exposure-tally.ts';
import { wholeTime } from './search.ts';

export type Language = 'fr' | 'en';

interface Words {
  readonly title: string;
  readonly asked: string;
  readonly span: (from: string | undefined, to: string | undefined) => string;
  readonly always: string;
  readonly everybody: string;
  readonly persons: string;
  readonly releases: string;
  readonly fields: string;
  readonly undeclared: string;
  readonly accounts: string;
  readonly routes: string;
  readonly period: string;
  readonly misses: string;
  readonly exempted: string;
  readonly nobody: string;
  readonly columns: string;
  readonly whole: string;
  readonly alone: string;
  readonly broken: (faults: number, unopened: number) => string;
  readonly cutShort: string;
  readonly unread: (answers: string) => string;
  readonly stranger: (account: string, near: string | undefined) => string;
  readonly absent: (account: string, first: string, last: string) => string;
  readonly empty: (first: string, last: string) => string;
  readonly ahead: Readonly<Record<'begins' | 'ends', string>>;
  readonly left: string;
}

const words: Readonly<Record<Language, Words>> = {
  en: {
    title: 'Exposure report',
    asked: 'Asked for',
    span: (from, to) =>
      [from && `from ${from}`, to && `to before ${to}`, '(UTC)']
        .filter((part) => part !== undefined)
        .join(' '),
    always: 'the whole ledger',
    everybody: 'all accounts',
    persons: 'Persons concerned',
    releases: 'Records released, repeats included',
    fields: 'Categories of data',
    undeclared: 'not declared on the routes',
    accounts: 'Accounts',
    routes: 'Routes',
    period: 'First and last release (UTC)',
    misses: 'Look-ups that found nobody',
    exempted: 'Of the releases, let through although a bound was met',
    nobody: 'Nothing was released in this span.',
    columns: '| account | persons | releases | sessions | first | last |',
    whole: 'The chain of the ledger is whole; the figures are exact.',
    alone:
      'It was compared with no head kept elsewhere (--heads): whether its end was cut off, or all of it replaced, is not known.',
    broken: (faults, unopened) =>
      `**The ledger is not whole: ${faults} fault(s), ${unopened} entry(ies) that do not open. The figures are a lower bound.** Run "palier ledger verify".`,
    cutShort:
      'A head tells of an end that is not here (cut-short): it was cut off, or the copy is older than the head. Copy again, after the heads were taken.',
    unread: (answers) =>
      `**${answers} answer(s) left in observe mode in which no person could be read: whom they showed is in no figure, and the figures may be too low.** The log of the portal may tell more.`,
    stranger: (account, near) =>
      `**The account ${account} occurs nowhere in this ledger: it is misspelt, or nothing was ever counted for it.**${near === undefined ? '' : ` Did you mean ${near}?`}`,
    absent: (account, first, last) =>
      `**The account ${account} has nothing in this span.** Its first entry is of ${first} and its last of ${last} (UTC). Hours of your own zone find nobody: write the zone.`,
    empty: (first, last) =>
      `**Nothing in this ledger lies in this span.** Its first entry is of ${first} and its last of ${last} (UTC).`,
    ahead: {
      begins:
        '**The span begins in the future, and nothing can be in it.** Times without a zone are those of the machine the command is typed on.',
      ends: '**The span ends in the future: what comes until then is in no figure.**',
    },
    left: 'Still to be written for the authority (GDPR article 33(3), within 72 hours of becoming aware): the nature of the breach, the contact of the data-protection officer, the likely consequences, the measures taken. Each person is to be told without undue delay when the risk is high (article 34); the notices file has one line for each.',
  },
  fr: {
    title: 'Rapport d\u2019exposition',
    asked: 'Demande',
    span: (from, to) =>
      [from && `du ${from} inclus`, to && `au ${to} exclu`, '(UTC)']
        .filter((part) => part !== undefined)
        .join(' '),
    always: 'tout le registre',
    everybody: 'tous les comptes',
    persons: 'Personnes concern\u00e9es',
    releases: 'Dossiers transmis, r\u00e9p\u00e9titions comprises',
    fields: 'Cat\u00e9gories de donn\u00e9es',
    undeclared: 'non d\u00e9clar\u00e9es sur les routes',
    accounts: 'Comptes',
    routes: 'Routes',
    period: 'Premi\u00e8re et derni\u00e8re transmission (UTC)',
    misses: 'Recherches sans r\u00e9sultat',
    exempted: 'Dont transmissions laiss\u00e9es passer malgr\u00e9 une limite atteinte',
    nobody: 'Rien n\u2019a \u00e9t\u00e9 transmis sur cette p\u00e9riode.',
    columns: '| compte | personnes | transmissions | sessions | premi\u00e8re | derni\u00e8re |',
    whole: 'La cha\u00eene du registre est intacte ; les chiffres sont exacts.',
    alone:
      'Elle n\u2019a \u00e9t\u00e9 compar\u00e9e \u00e0 aucune t\u00eate conserv\u00e9e ailleurs (--heads) : on ne sait pas si sa fin a \u00e9t\u00e9 coup\u00e9e, ou le tout remplac\u00e9.',
    broken: (faults, unopened) =>
      `**Le registre n\u2019est pas intact : ${faults} d\u00e9faut(s), ${unopened} entr\u00e9e(s) illisible(s). Les chiffres sont un minimum.** Lancez \u00ab palier ledger verify \u00bb.`,
    cutShort:
      'Une t\u00eate conserv\u00e9e ailleurs annonce une fin qui n\u2019est pas l\u00e0 (cut-short) : elle a \u00e9t\u00e9 coup\u00e9e, ou la copie est plus ancienne que la t\u00eate. Recopiez le registre apr\u00e8s avoir relev\u00e9 les t\u00eates.',
    unread: (answers) =>
      `**${answers} r\u00e9ponse(s) transmise(s) en mode observation sans qu\u2019une personne ait pu y \u00eatre lue : celles qu\u2019elles ont montr\u00e9es manquent dans les chiffres, qui sont peut-\u00eatre trop bas.** Le journal du portail peut en dire plus.`,
    stranger: (account, near) =>
      `**Le compte ${account} ne figure nulle part dans ce registre : il est mal orthographi\u00e9, ou rien n\u2019a jamais \u00e9t\u00e9 compt\u00e9 pour lui.**${near === undefined ? '' : ` Vouliez-vous dire ${near} ?`}`,
    absent: (account, first, last) =>
      `**Le compte ${account} n\u2019a rien sur cette p\u00e9riode.** Sa premi\u00e8re entr\u00e9e est du ${first} et sa derni\u00e8re du ${last} (UTC). Des heures locales ne trouvent personne : \u00e9crivez le fuseau.`,
    empty: (first, last) =>
      `**Rien dans ce registre ne tombe sur cette p\u00e9riode.** Sa premi\u00e8re entr\u00e9e est du ${first} et sa derni\u00e8re du ${last} (UTC).`,
    ahead: {
      begins:
        '**La p\u00e9riode commence dans le futur : rien ne peut s\u2019y trouver.** Une heure sans fuseau est celle de la machine o\u00f9 la commande est tap\u00e9e.',
      ends: '**La p\u00e9riode finit dans le futur : ce qui viendra d\u2019ici l\u00e0 n\u2019est dans aucun chiffre.**',
    },
    left: 'Reste \u00e0 \u00e9crire pour l\u2019autorit\u00e9 (RGPD, article 33, paragraphe 3, dans les 72 heures apr\u00e8s en avoir pris connaissance) : la nature de la violation, le contact du d\u00e9l\u00e9gu\u00e9 \u00e0 la protection des donn\u00e9es, les cons\u00e9quences probables, les mesures prises. Chaque personne est \u00e0 informer dans les meilleurs d\u00e9lais si le risque est \u00e9lev\u00e9 (article 34) ; le fichier des avis a une ligne par personne.',
  },
};

/** Numbers are written with the spaces or commas of the language; instants in UTC. */
export function exposureSummary(exposure: Exposure, language: Language): string {
  const { asked, counts, comparedHeads, unreadCount, strangers } = exposure;
  const say = words[language];
  const number = (value: number): string =>
    value.toLocaleString(language === 'fr' ? 'fr-FR' : 'en-GB').replaceAll('\u202f', '\u00a0');
  const types = Object.entries(counts.personsByType).map(([type, count]) => `${type} ${number(count)}`);
  const item = (name: string, value: string): string =>
    `- ${name}${language === 'fr' ? '\u00a0' : ''}: ${value}`;
  const figures = [
    item(say.asked, `${asked.accounts?.map(plain).join(', ') ?? say.everybody}, ${spanOf(asked, say)}`),
    item(say.persons, `**${number(counts.persons)}**${types.length > 1 ? ` (${types.join(', ')})` : ''}`),
    item(say.releases, number(counts.releases)),
    item(say.fields, counts.fields.map(plain).join(', ') || say.undeclared),
    item(say.period, counts.first === undefined ? say.nobody : `${counts.first} - ${counts.last}`),
    item(say.accounts, number(counts.accounts.length)),
    item(say.routes, counts.routes.map((route) => `\`${route.replaceAll('`', '')}\``).join(', ') || '-'),
    item(say.misses, number(counts.misses)),
    ...(counts.exempted > 0 ? [item(say.exempted, number(counts.exempted))] : []),
  ];
  const broken = brokenNotes(exposure, say);
  const unread = unreadCount === 0 ? [] : [say.unread(number(unreadCount)), ''];
  const alone = comparedHeads === 0 ? [say.alone, ''] : [];
  const found = broken.length + unread.length === 0 ? [say.whole, ''] : [...broken, ...unread];
  const unknown = strangers.flatMap(({ account, near }) => [
    say.stranger(plain(account), near && plain(near)),
    '',
  ]);
  const trust = [...unknown, ...spanNotes(exposure, say), ...found, ...alone];
  return [
    `# ${say.title}`,
    '',
    ...figures,
    '',
    ...table(say.columns, counts.accounts, number),
    ...trust,
    say.left,
    '',
  ].join('\n');
}

function brokenNotes({ ledger, unopenedCount }: Exposure, say: Words): readonly string[] {
  if (ledger.faultCount + unopenedCount === 0) return [];
  const isShort = ledger.faults.some(({ fault }) => fault === 'cut-short');
  return [say.broken(ledger.faultCount, unopenedCount), '', ...(isShort ? [say.cutShort, ''] : [])];
}

/** Why a span may hold nothing although somebody was there: it was meant otherwise, or has not been yet. */
function spanNotes({ absent, strangers, written, ahead, counts }: Exposure, say: Words): readonly string[] {
  const isEmpty = counts.releases + counts.misses === 0;
  const nobody =
    isEmpty && absent.length + strangers.length === 0 && written !== undefined
      ? [say.empty(written.first, written.last)]
      : [];
  return [
    ...(ahead === undefined ? [] : [say.ahead[ahead]]),
    ...absent.map(({ account, first, last }) => say.absent(plain(account), first, last)),
    ...nobody,
  ].flatMap((note) => [note, '']);
}

/** Instants as they were understood; an end that was not given is not written. */
function spanOf({ from, to }: Exposure['asked'], { span, always }: Words): string {
  const at = (instant: number, open: number): string | undefined =>
    instant === open ? undefined : new Date(instant).toISOString();
  const [start, end] = [at(from, wholeTime.from), at(to, wholeTime.to)];
  return start === undefined && end === undefined ? always : span(start, end);
}

function table(
  columns: string,
  accounts: readonly AccountExposure[],
  number: (value: number) => string,
): readonly string[] {
  if (accounts.length === 0) return [];
  const rows = accounts.map(
    (one) =>
      `| ${plain(one.account)} | ${number(one.persons)} | ${number(one.releases)} | ${number(one.sessions)} | ${one.first} | ${one.last} |`,
  );
  return [columns, '|---|---:|---:|---:|---|---|', ...rows, ''];
}

/** A name from outside must not become markup in the report. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|&]/g, '\\$&');
}

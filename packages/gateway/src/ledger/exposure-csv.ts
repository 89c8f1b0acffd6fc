// The exposed persons as RFC 4180: one line for each person to be told (GDPR article 34), or one for each account,
// session, factor, address and route that saw them. Every cell is quoted, and one that a spreadsheet would run is disarmed.
import type { ExposedPerson } from './exposed-persons.ts';

type Cell = string | number | undefined;

/**
 * A record of CSV with its line end. What begins like a formula gets an apostrophe before it (CWE-1236), also behind a
 * separator of other countries inside a cell: a French spreadsheet cuts lines at semicolons, whatever is quoted by commas.
 */
function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

/** Full-width forms too: some spreadsheets take them for the same. */
const formula = /^(?=[\t\r\n])|(?:^|[;|\t\r\n])[\s"']*(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

function quoted(cell: Cell): string {
  const text = String(cell ?? '');
  const harmless = text.replace(formula, "$&'");
  return `"${harmless.replaceAll('"', '""')}"`;
}

export const noticeHeader: string = csvLine(['type', 'person', 'first', 'last', 'fields', 'times']);

/** One line for one person, without the accounts: it may go to whoever writes the letters. */
export function noticeLine({ type, id, first, last, releases }: ExposedPerson): string {
  const fields = [...new Set(releases.flatMap((release) => release.fields))].sort();
  return csvLine([
    type,
    id,
    first,
    last,
    fields.join(' '),
    releases.reduce((sum, { times }) => sum + times, 0),
  ]);
}

export const releaseHeader: string = csvLine([
  'type',
  'person',
  'account',
  'route',
  'fields',
  'session',
  'factor',
  'proof',
  'exemption',
  'peer',
  'first',
  'last',
  'times',
]);

/** One line for each way this person was seen, for the investigation. */
export function releaseLines({ type, id, releases }: ExposedPerson): string {
  return releases
    .map((one) =>
      csvLine([
        type,
        id,
        one.account,
        one.route,
        one.fields.join(' '),
        one.session,
        one.factor,
        one.proofKind,
        one.exemption,
        one.peer,
        one.first,
        one.last,
        one.times,
      ]),
    )
    .join('');
}

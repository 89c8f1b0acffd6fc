// The picture of a replay: what each way in exposed beside its bound, on a logarithmic scale, as SVG. Text and colours
// follow the reader's theme; the figures are those of the run and nothing is drawn that was not measured.

import type { RunResult } from './result.ts';

const WIDTH = 1_100;
const ROW = 24;
const LEFT = 486;
const RIGHT = 196;
const TOP = 78;
const HEADING = 32;
const DECADES = 6;

interface Group {
  readonly words: string;
  readonly runs: readonly RunResult[];
}

/** Draws the runs that have a number of exposed persons. */
export function chartOf(results: readonly RunResult[]): string {
  const attacks = results.filter(({ name }) => !name.startsWith('honest'));
  const groups: readonly Group[] = [
    { words: withoutPalier(attacks.filter(isBaseline)), runs: attacks.filter(isBaseline) },
    { words: 'With Palier', runs: attacks.filter((run) => !isBaseline(run) && run.without === undefined) },
    { words: 'With one of its defences off', runs: attacks.filter(({ without }) => without !== undefined) },
  ].filter(({ runs }) => runs.length > 0);
  const height = TOP + groups.length * HEADING + attacks.length * ROW + 24;
  let y = TOP;
  const rows = groups.flatMap(({ words, runs }) => {
    const heading = `<text x="12" y="${y + 14}" font-weight="600">${words}</text>`;
    y += HEADING;
    const bars = runs.map((run, place) => bar(run, y + place * ROW));
    y += runs.length * ROW;
    return [heading, ...bars];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13">`,
    '<title id="t">Persons exposed, by way in</title>',
    '<desc id="d">Bars: persons whose number reached the attackers; marks: the bound by construction. Logarithmic scale.</desc>',
    `<style>${STYLE}</style>`,
    `<text x="12" y="22" font-size="15" font-weight="600">Persons exposed (bar) and bound by construction (mark), seed ${attacks[0]?.seed ?? 0}</text>`,
    '<text x="12" y="42">Beside each bar: exposed, of the bound; in brackets what the same attack exposes with the defence on, at most.</text>',
    ...scale(height),
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = [
  'svg{background:#fff}text{fill:#222}.g{stroke:#8884}.b{fill:#b3261e}.k{stroke:#1f6f43;stroke-width:3}',
  '@media(prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#ddd}.b{fill:#ef7b73}.k{stroke:#62c08d}}',
].join('');

/** No gateway stands there: nobody answers for anything. */
function isBaseline({ isLedgered, without }: RunResult): boolean {
  return !isLedgered && without === undefined;
}

/** These are over in minutes, the others take a day: who compares them has to know. */
function withoutPalier(runs: readonly RunResult[]): string {
  const minutes = Math.ceil(60 * Math.max(0, ...runs.map(({ window }) => window)));
  return `Without Palier, each within ${minutes} minutes`;
}

function scale(height: number): readonly string[] {
  return Array.from({ length: DECADES + 1 }, (_, decade) => {
    const x = place(10 ** decade);
    return `<line class="g" x1="${x}" x2="${x}" y1="${TOP - 4}" y2="${height - 10}"/><text x="${x}" y="${TOP - 10}" text-anchor="middle" font-size="11">${(10 ** decade).toLocaleString('en')}</text>`;
  });
}

function bar(run: RunResult, y: number): string {
  const { name, exposed, bound } = run;
  const end = place(exposed);
  const mark =
    bound === undefined
      ? ''
      : `<line class="k" x1="${place(bound)}" x2="${place(bound)}" y1="${y - 3}" y2="${y + 17}"/>`;
  const label = `<text x="${LEFT - 10}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`;
  const after = Math.max(end, bound === undefined ? 0 : place(bound)) + 8;
  const figure = `<text x="${after}" y="${y + 12}">${figureOf(run)}</text>`;
  return `${label}<rect class="b" x="${LEFT}" y="${y}" width="${end - LEFT}" height="14"/>${mark}${figure}`;
}

function figureOf({ exposed, bound, without }: RunResult): string {
  const shown = exposed.toLocaleString('en');
  const of = bound === undefined ? '' : ` of ${bound.toLocaleString('en')}`;
  return `${shown}${of}${without === undefined ? '' : ` (${without.toLocaleString('en')} with it)`}`;
}

/** 1 and less are at the left edge. */
function place(persons: number): number {
  const share = Math.log10(Math.max(1, persons)) / DECADES;
  return Math.round(LEFT + share * (WIDTH - LEFT - RIGHT));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

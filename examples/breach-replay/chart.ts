// The picture of a replay: what each way in exposed beside its bound, on a logarithmic scale, as SVG. Text and colours
// follow the reader's theme; the figures are those of the run and nothing is drawn that was not measured.

import type { RunResult } from './result.ts';

const WIDTH = 920;
const ROW = 26;
const LEFT = 360;
const RIGHT = 150;
const TOP = 56;
const DECADES = 6;

/** Draws the runs that have a number of exposed persons. */
export function chartOf(results: readonly RunResult[]): string {
  const drawn = results.filter(({ name }) => !name.startsWith('honest'));
  const height = TOP + drawn.length * ROW + 34;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13">`,
    '<title id="t">Persons exposed, by way in</title>',
    '<desc id="d">Bars: persons whose number reached the attackers; marks: the bound by construction. Logarithmic scale.</desc>',
    '<style>text{fill:#222}.g{stroke:#8884}.b{fill:#b3261e}.k{stroke:#1f6f43;stroke-width:3}@media(prefers-color-scheme:dark){text{fill:#ddd}.b{fill:#ef7b73}.k{stroke:#62c08d}}</style>',
    `<text x="12" y="22" font-size="15" font-weight="600">Persons exposed (bar) and bound by construction (mark), seed ${drawn[0]?.seed ?? 0}</text>`,
    ...scale(height),
    ...drawn.map(bar),
    '</svg>',
    '',
  ].join('\n');
}

function scale(height: number): readonly string[] {
  return Array.from({ length: DECADES + 1 }, (_, decade) => {
    const x = place(10 ** decade);
    return `<line class="g" x1="${x}" x2="${x}" y1="${TOP - 10}" y2="${height - 28}"/><text x="${x}" y="${height - 12}" text-anchor="middle" font-size="11">${(10 ** decade).toLocaleString('en')}</text>`;
  });
}

function bar({ name, exposed, bound }: RunResult, row: number): string {
  const y = TOP + row * ROW;
  const end = place(exposed);
  const mark =
    bound === undefined
      ? ''
      : `<line class="k" x1="${place(bound)}" x2="${place(bound)}" y1="${y - 3}" y2="${y + 17}"/>`;
  const label = `<text x="${LEFT - 10}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`;
  const figure = `<text x="${Math.max(end, bound === undefined ? 0 : place(bound)) + 8}" y="${y + 12}">${exposed.toLocaleString('en')}</text>`;
  return `${label}<rect class="b" x="${LEFT}" y="${y}" width="${end - LEFT}" height="14"/>${mark}${figure}`;
}

/** 1 and less are at the left edge. */
function place(persons: number): number {
  const share = Math.log10(Math.max(1, persons)) / DECADES;
  return Math.round(LEFT + share * (WIDTH - LEFT - RIGHT));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

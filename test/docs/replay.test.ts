// What README.md and docs/replay.md say of the replay is what the run in docs/replay.md measured, and it keeps its bounds.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { promised } from '../../examples/breach-replay/result.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/replay.md');

/** The rows of a table between two marks of the page, by name. */
function rowsOf(mark: string): readonly (readonly [string, readonly string[]])[] {
  const start = page.indexOf(`<!-- ${mark} -->`);
  const table = page.slice(start, page.indexOf(`<!-- end of ${mark} -->`, start));
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', ...cells]) => [name, cells]);
}

/** Of one invocation first; the long runs stand apart. */
const rows = new Map([...rowsOf('long'), ...rowsOf('table')]);
const number = (text = ''): number => Number(text.replaceAll(',', ''));

/** The rows of the table of seeds. */
const figures = (/## Other seeds\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** The least and the most of a figure over the seeds. */
function range(figure: string): readonly number[] {
  return (figures.find(([name]) => name === figure) ?? []).slice(-2).map(number);
}

describe('docs/replay.md', () => {
  it('shows a run in which every bound held, and every defence that was off had made a difference', () => {
    expect(rows.size).toBeGreaterThan(40);
    let [bounded, without] = [0, 0];
    for (const [name, [, exposed, bound = '']] of rows) {
      const most = /^[\d,]+/.exec(bound)?.[0];
      if (most !== undefined) {
        bounded += 1;
        expect(number(exposed), name).toBeLessThanOrEqual(number(most));
      }
      const heldTo = /\(([\d,]+) with it\)/.exec(bound)?.[1];
      if (heldTo === undefined) continue;
      without += 1;
      expect(number(exposed), name).toBeGreaterThan(number(heldTo));
    }
    expect(without).toBe(12);
    expect(bounded).toBeGreaterThanOrEqual(25);
  });

  it('shows a ledger that named every looted person', () => {
    const named = [...rows.values()].filter(
      ([, exposed, , , , , , recall]) => number(exposed) > 0 && recall !== '',
    );
    expect(named.length).toBeGreaterThan(8);
    expect(named.map(([, , , , , , , recall, precision]) => [recall, precision])).toEqual(
      named.map(() => ['100 %', '100 %']),
    );
  });

  it('keeps what honest people are promised', () => {
    const [leastGestures, mostGestures] = range('all 2,140 accounts: gestures a day');
    expect(leastGestures).toBeGreaterThan(1);
    expect(mostGestures).toBeLessThanOrEqual(1.4);
    expect(range('all 2,140 accounts: refused of 1,000')[1]).toBeLessThanOrEqual(0.5);
    const [, , , , , more] =
      rows.get('honest population, volumes x1.5 and wider tails, one account in five') ?? [];
    expect(number(more)).toBeGreaterThan(1);
    expect(number(more)).toBeLessThanOrEqual(1.8);
  });

  it('keeps every figure that is promised', () => {
    const own = Object.entries(promised).filter(([name]) => !name.endsWith(', two gateways'));
    const played = own.filter(([name]) => rows.has(name));
    for (const [name, most] of played) expect(number(rows.get(name)?.[1]), name).toBeLessThanOrEqual(most);
    expect(played.length).toBeGreaterThan(8);
  });

  it('is what README.md quotes, what is not covered in the same table', () => {
    const readme = read('README.md');
    const quoted: readonly (readonly [string, string])[] = [
      ['passwords and mailboxes', 'password and mailbox'],
      ['every one-time code, phished again and again', 'unlimited phished codes'],
      ['people who touch their key at the phishing site', 'phished keys'],
      ['people who show their card at the phishing site (12 h)', 'phished cards'],
      ['the cookies of a session right after a gesture', 'stolen session cookies'],
      [
        'malware on all nineteen computers, every gesture made for it: **not covered**',
        'malware, every gesture made for it',
      ],
      ['96 cloned code seeds (a thousand: 45,000): **not covered**', '96 cloned code seeds'],
      [
        "a code that binds a key of the thief's own where `keyAfterCode: 72h` lets it, 7 days: **not covered**",
        'without the ticket for a key (a code binds the thief one after 72 h), 7 days',
      ],
    ];
    for (const [words, name] of quoted) {
      const [, exposed, bound] = rows.get(name) ?? [];
      const line = readme.split('\n').find((one) => one.startsWith(`| ${words} |`)) ?? '';
      const most = (bound ?? '').replace(/ \(.*$/, '');
      expect(line.replace(', once', '')).toBe(`| ${words} | ${exposed} | ${most} |`);
    }
    expect(readme).not.toMatch(/<(small|sub|sup|details)\b/);
    const [gestures] = range('all 2,140 accounts: gestures a day');
    expect(readme).toContain(`The price: ${gestures?.toFixed(2)} gestures`);
    const [least, most] = range('all 2,140 accounts: refused of 1,000');
    expect(readme).toContain(`${most?.toFixed(2)} and ${least?.toFixed(2)} refused account-days in 1,000`);
  });

  it('shows other seeds, each within the promises, between the least and the most that are printed', () => {
    expect(figures.length).toBeGreaterThan(5);
    for (const [name = '', ...cells] of figures) {
      const values = cells
        .slice(0, -2)
        .filter((cell) => cell !== '')
        .map(number);
      expect([Math.min(...values), Math.max(...values)], name).toEqual(cells.slice(-2).map(number));
      expect(Math.max(...values), name).toBeLessThanOrEqual(promised[name] ?? Number.POSITIVE_INFINITY);
    }
  });

  it('names commands that exist', () => {
    const main = read('examples/breach-replay/main.ts');
    const options = new Set([...page.matchAll(/ -- .*?--([a-z]+)/g)].map(([, option]) => option));
    expect(options.size).toBeGreaterThan(3);
    for (const option of options) expect(main).toContain(`    ${option}: { type:`);
  });
});

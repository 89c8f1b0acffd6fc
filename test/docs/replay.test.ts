// What README.md and docs/replay.md say of the replay is what the run in docs/replay.md measured, and it keeps its bounds.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/replay.md');
const table = /<!-- table -->\n([\s\S]*?)<!-- end of table -->/.exec(page)?.[1] ?? '';
const rows = new Map(
  table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', ...cells]) => [name, cells]),
);
const number = (text = ''): number => Number(text.replaceAll(',', ''));

describe('docs/replay.md', () => {
  it('shows a run in which every bound held, and every defence that was off had made a difference', () => {
    expect(rows.size).toBeGreaterThan(15);
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
    expect([bounded, without]).toEqual([expect.any(Number), 8]);
    expect(bounded).toBeGreaterThanOrEqual(8);
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
    const [, , , , , gestures, refused] = rows.get('honest population') ?? [];
    expect(number(gestures)).toBeGreaterThan(1);
    expect(number(gestures)).toBeLessThanOrEqual(1.4);
    expect(number(refused)).toBeLessThanOrEqual(0.5);
    const [, , , , , more] = rows.get('honest population, volumes x1.5 and wider tails') ?? [];
    expect(number(more)).toBeGreaterThan(1);
    expect(number(more)).toBeLessThanOrEqual(1.8);
  });

  it('is what README.md quotes', () => {
    const readme = read('README.md');
    const quoted: readonly (readonly [string, string])[] = [
      ['passwords and mailboxes', 'password and mailbox'],
      ['every one-time code, phished again and again', 'unlimited phished codes'],
      ['people who touch their key at the phishing site', 'phished keys'],
      ['the cookies of a session right after a gesture', 'stolen session cookies'],
    ];
    for (const [words, name] of quoted) {
      const [, exposed, bound] = rows.get(name) ?? [];
      const line = readme.split('\n').find((one) => one.startsWith(`| ${words} |`)) ?? '';
      expect(line.replace(', once', '')).toBe(`| ${words} | ${exposed} | ${bound} |`);
    }
    const [, , , , , gestures, refused] = rows.get('honest population') ?? [];
    expect(readme).toContain(`The price: ${gestures} gestures`);
    expect(readme).toContain(`${refused} refused account-days in 1,000`);
  });

  it('names commands that exist', () => {
    const main = read('examples/breach-replay/main.ts');
    const options = new Set([...page.matchAll(/ -- .*?--([a-z]+)/g)].map(([, option]) => option));
    expect(options.size).toBeGreaterThan(3);
    for (const option of options) expect(main).toContain(`    ${option}: { type:`);
  });
});

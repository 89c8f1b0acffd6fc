import { describe, expect, it } from 'vitest';
import { chained, hangsOn, parseLine } from './line.ts';

const entry = {
  n: 1,
  at: '2026-03-10T08:00:00.000Z',
  account: 'pharmacie-01',
  route: 'GET /x',
  outcome: 'released',
  count: 1,
  sealed: 'AAAA',
};

describe('a line', () => {
  it('hangs on the line before, byte for byte', () => {
    const { text, hash } = chained('before', entry);
    expect(hangsOn('before', text)).toBe(true);
    expect(parseLine(text)).toEqual({ kind: 'entry', line: { ...entry, hash } });
    expect(hangsOn('another', text)).toBe(false);
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
      expect(hangsOn('before', changed), changed).toBe(false);
    }
  });

  it('is not the same line with other white space or in another order', () => {
    const { text } = chained('before', entry);
    expect(hangsOn('before', text.replace('{"n"', '{ "n"'))).toBe(false);
    expect(
      hangsOn(
        'before',
        text.replace('"n":1,"at":"2026-03-10T08:00:00.000Z"', '"at":"2026-03-10T08:00:00.000Z","n":1'),
      ),
    ).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['no object', '[1]'],
    ['no hash', JSON.stringify(entry)],
    ['zeros', '\0\0\0\0'],
    ['half a line', chained('', entry).text.slice(0, -5)],
    ['a number that is none', chained('', { ...entry, n: '1' }).text],
    ['a negative number', chained('', { ...entry, n: -1 }).text],
    ['an outcome nobody knows', chained('', { ...entry, outcome: 'lost' }).text],
    [
      'a head of another version',
      chained('', { ledger: 2, instance: 'a', segment: 1, startedAt: '', after: '', entries: 0, key: '' })
        .text,
    ],
  ])('is not read from %s', (_what, text) => {
    expect(parseLine(text)).toBeUndefined();
  });
});

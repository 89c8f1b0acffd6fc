import { describe, expect, it } from 'vitest';
import { chained, hangsOn, parseLine } from './line.ts';

const clear = {
  at: '2026-03-10T08:00:00.000Z',
  account: 'pharmacie-01',
  route: 'GET /x',
  outcome: 'released',
  count: 1,
};
const group = { n: 1, entries: [clear, { ...clear, account: 'pharmacie-02' }], sealed: 'AAAA' };

describe('a line', () => {
  it('hangs on the line before, byte for byte', () => {
    const { text, hash } = chained('before', group);
    expect(hangsOn('before', text)).toBe(true);
    expect(parseLine(text)).toEqual({ kind: 'group', line: { ...group, hash } });
    expect(hangsOn('another', text)).toBe(false);
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
      expect(hangsOn('before', changed), changed).toBe(false);
    }
  });

  it('of before has one entry', () => {
    const { text, hash } = chained('', { n: 7, ...clear, sealed: 'AAAA' });
    expect(parseLine(text)).toEqual({
      kind: 'group',
      line: { n: 7, entries: [clear], sealed: 'AAAA', hash },
    });
  });

  it('is not the same line with other white space or in another order', () => {
    const { text } = chained('before', group);
    expect(hangsOn('before', text.replace('{"n"', '{ "n"'))).toBe(false);
    expect(
      hangsOn('before', text.replace('"outcome":"released","count":1', '"count":1,"outcome":"released"')),
    ).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['no object', '[1]'],
    ['no hash', JSON.stringify(group)],
    ['zeros', '\0\0\0\0'],
    ['half a line', chained('', group).text.slice(0, -5)],
    ['a number that is none', chained('', { ...group, n: '1' }).text],
    ['a negative number', chained('', { ...group, n: -1 }).text],
    ['an outcome nobody knows', chained('', { ...group, entries: [{ ...clear, outcome: 'lost' }] }).text],
    ['a group of none', chained('', { ...group, entries: [] }).text],
    ['an entry that is none', chained('', { ...group, entries: [clear, null] }).text],
    [
      'a head of another version',
      chained('', { ledger: 2, instance: 'a', segment: 1, startedAt: '', after: '', entries: 0, key: '' })
        .text,
    ],
  ])('is not read from %s', (_what, text) => {
    expect(parseLine(text)).toBeUndefined();
  });
});

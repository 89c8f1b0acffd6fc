import { describe, expect, it } from 'vitest';
import { canonicalNir, nirKey } from './nir.ts';

// Commune 999 of "abroad" and of Corsica does not exist: these are nobody's numbers.
const nobody = '1990199999001';
const corsican = '299022B999002';

describe('a social-security number', () => {
  it.each([
    nobody,
    `${nobody}10`,
    '1 99 01 99 999 001',
    '1 99 01 99 999 001 10',
    '1.99.01.99.999.001-10',
    '1\u00a099\u202f01\u200999 999 001',
    '１９９０１９９９９９００１',
    `${nobody}10^^^&1.2.250.1.213.1.4.8&ISO^NH`,
    `${nobody}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS-NIR`,
    `urn:oid:1.2.250.1.213.1.4.8|${nobody}10`,
    `1.2.250.1.213.1.4.9|${nobody}`,
  ])('written %j is one person', (spelling) => {
    expect(canonicalNir(spelling)).toBe(nobody);
  });

  it.each([
    corsican,
    '299022b999002',
    `${corsican}28`,
    '2 99 02 2b 999 002 28',
    '２９９０２２Ｂ９９９００２',
    '２９９０２２ｂ９９９００２',
  ])('of Corsica written %j is one person', (spelling) => {
    expect(canonicalNir(spelling)).toBe(corsican);
  });

  it.each([
    ['a wrong key', `${nobody}11`],
    ['a key of one digit', `${nobody}1`],
    ['twelve digits', nobody.slice(1)],
    ['a sex that does not exist', `5${nobody.slice(1)}`],
    ['month 13', '1991399999001'],
    ['a departement 2C', '199012C999001'],
    ['two numbers', `${nobody},${nobody}`],
    ['a wildcard', '19901999990*'],
    ['nothing', ''],
    ['an unknown assigning authority', `${nobody}^^^&1.2.3.4&ISO^NH`],
    ['an unknown system', `urn:oid:1.2.3.4|${nobody}`],
    ['Arabic-Indic digits', '\u0661\u0669\u0669\u0660\u0661\u0669\u0669\u0669\u0669\u0669\u0660\u0660\u0661'],
    ['a control character', `${nobody}\u0000`],
    ['a long text', nobody.padEnd(1_000_000, ' ')],
  ])('with %s is refused', (_what, text) => {
    expect(canonicalNir(text)).toBeUndefined();
  });

  it('has the key of the published examples', () => {
    expect([
      nirKey('2550814168025'),
      nirKey('2690549588157'),
      nirKey('199012A999001'),
      nirKey(corsican),
    ]).toEqual(['38', '80', '36', '28']);
  });

  it('takes no time on a hostile text', () => {
    const before = process.cpuUsage();
    for (let index = 0; index < 1000; index += 1) canonicalNir(`${'1 '.repeat(40)}`);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(200);
  });
});

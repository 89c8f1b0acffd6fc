import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonValue, parseStrictJson } from './strict-json.ts';

const limits = { depth: 32, members: 1000 };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string): ReturnType<typeof parseStrictJson> => parseStrictJson(bytesOf(text), limits);

/** What JSON.parse makes of it, from the strict value: the two must agree wherever the strict one speaks. */
function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'boolean':
      return value.value;
    case 'number':
      return Number(value.text);
    case 'string':
      return value.text;
    case 'array':
      return value.items.map(plain);
    case 'object':
      return Object.fromEntries([...value.members].map(([name, member]) => [name, plain(member)]));
  }
}

describe('strict JSON', () => {
  it('keeps numbers as they were written (A097)', () => {
    expect(read('12345678901234567891')).toEqual({ kind: 'number', text: '12345678901234567891' });
    expect(read('1.0')).toEqual({ kind: 'number', text: '1.0' });
    expect(read('-0e+1')).toEqual({ kind: 'number', text: '-0e+1' });
  });

  it('A097 control: JSON.parse makes one number of two patients', () => {
    expect(JSON.parse('12345678901234567891')).toBe(JSON.parse('12345678901234567892'));
    expect(read('12345678901234567891')).not.toEqual(read('12345678901234567892'));
  });

  it('has no prototype to trip over (A116)', () => {
    const value = read('{"__proto__":{"id":1},"constructor":2,"hasOwnProperty":3}');
    expect('kind' in value && value.kind === 'object' && [...value.members.keys()]).toEqual([
      '__proto__',
      'constructor',
      'hasOwnProperty',
    ]);
  });

  it.each([
    ['A095', 'duplicate-key', '{"patientId":"1","patientId":"2"}'],
    ['A095', 'duplicate-key', '{"patientId":"1","\\u0070atientId":"2"}'],
    ['A095', 'duplicate-key', '[{"a":{"b":1,"b":2}}]'],
    ['A095', 'duplicate-key', '{"__proto__":1,"__proto__":2}'],
    ['A096', 'not-json', '{"a":1,}'],
    ['A096', 'not-json', '[1,]'],
    ['A096', 'not-json', '{"a":1 /* x */}'],
    ['A096', 'not-json', '// x\n1'],
    ['A096', 'not-json', "{'a':1}"],
    ['A096', 'not-json', '{a:1}'],
    ['A096', 'not-json', '1 2'],
    ['A096', 'not-json', '{"a":1}{"a":2}'],
    ['A096', 'not-json', '{"a":1}\u0000'],
    ['A096', 'not-json', '\ufeff{"a":1}'],
    ['A096', 'not-json', '\u00a01'],
    ['A096', 'not-json', '\u000b1'],
    ['A096', 'not-json', ''],
    ['A096', 'not-json', ' '],
    ['A096', 'not-json', '{"a"}'],
    ['A096', 'not-json', '{"a":}'],
    ['A096', 'not-json', '[1 2]'],
    ['A096', 'not-json', 'truefalse'],
    ['A096', 'not-json', 'nulll'],
    ['A096', 'not-json', 'NaN'],
    ['A096', 'not-json', 'Infinity'],
    ['A097', 'not-json', '01'],
    ['A097', 'not-json', '+1'],
    ['A097', 'not-json', '.5'],
    ['A097', 'not-json', '1.'],
    ['A097', 'not-json', '0x1'],
    ['A097', 'not-json', '1e'],
    ['A097', 'not-json', '-'],
    ['A099', 'not-json', '"a\nb"'],
    ['A099', 'not-json', '"\\x41"'],
    ['A099', 'not-json', '"\\u00g0"'],
    ['A099', 'not-json', '"\\ud800"'],
    ['A099', 'not-json', '"abc'],
    ['A099', 'not-json', '"abc\\"'],
    ['A118', 'too-deep', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['A118', 'too-deep', '{"a":'.repeat(33)],
    ['A118', 'too-many-members', `[${'1,'.repeat(1000)}1]`],
  ])('%s: is refused (%s): %j', (_id, reason, text) => {
    expect(read(text)).toEqual({ refused: reason });
  });

  it('A095 control: JSON.parse lets the last of two keys win, other readers the first', () => {
    expect(JSON.parse('{"patientId":"1","\\u0070atientId":"2"}')).toEqual({ patientId: '2' });
  });

  it.each([
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x31, 0x00)],
    ['a lone continuation byte', Uint8Array.of(0x22, 0x80, 0x22)],
    ['an overlong quote', Uint8Array.of(0xc0, 0xa2)],
    ['an encoded surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['Latin-1', Uint8Array.of(0x22, 0xe9, 0x22)],
  ])('A100: %s is not UTF-8', (_name, bytes) => {
    expect(parseStrictJson(bytes, limits)).toEqual({ refused: 'not-utf-8' });
  });

  it('agrees with JSON.parse on everything it accepts', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = read(text);
        if ('kind' in value) expect(plain(value)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never accepts what JSON.parse refuses', () => {
    const noise = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '1',
        '-',
        '.',
        'e',
        'true',
        'null',
        ' ',
        '\\',
        '\\u0061',
        '\n',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(noise, (pieces) => {
        const text = pieces.join('');
        if ('kind' in read(text)) expect(() => JSON.parse(text)).not.toThrow();
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['a million opening brackets', '['.repeat(1_000_000)],
    ['a string of ten million letters', `"${'a'.repeat(10_000_000)}"`],
    ['a million escapes', `"${'\\u0041'.repeat(1_000_000)}"`],
    ['a string that never ends', `"${'\\"'.repeat(2_000_000)}`],
    ['a number of a million digits', '1'.repeat(1_000_000)],
    ['blanks without end', ' '.repeat(5_000_000)],
  ])('A118: judges %s in bounded time', (_name, text) => {
    const bytes = bytesOf(text);
    const start = process.cpuUsage();
    parseStrictJson(bytes, limits);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
  });
});

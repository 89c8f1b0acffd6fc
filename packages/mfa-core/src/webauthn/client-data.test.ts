import { describe, expect, it } from 'vitest';
import { answers, readClientData } from './client-data.ts';

const plain = {
  type: 'webauthn.get',
  challenge: 'AAAA',
  origin: 'https://portail.example',
  crossOrigin: false,
};
const encoded = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
const readText = (text: string): unknown => readClientData(encoded(text));
const asked = { type: 'webauthn.get', challenge: 'AAAA', origins: ['https://portail.example'] };

describe('client data', () => {
  it('is read with members we do not know, and however it is spaced', () => {
    expect(readText(JSON.stringify({ ...plain, hint: { a: [1, '{"type":":"}'] } }, null, 2))).toMatchObject({
      framed: false,
    });
    expect(
      readText('{"type":"webauthn.get","challenge":"AAAA","origin":"https:\\/\\/portail.example"}'),
    ).toMatchObject({
      origin: 'https://portail.example',
      framed: false,
    });
  });

  const body = JSON.stringify(plain);
  it.each([
    ['a name twice', body.replace('{', '{"type":"webauthn.create",')],
    ['a name twice, once in escapes', body.replace('{', '{"\\u0074ype":"webauthn.create",')],
    ['a name twice with spaces', body.replace('{', '{"type" : "webauthn.create" , ')],
    ['a name twice further in', body.replace('{', '{"tokenBinding":{"id":"a","id":"b"},')],
    ['a byte order mark', `\ufeff${body}`],
    ['something after it', `${body}{}`],
    ['no object', '[]'],
    ['null', 'null'],
    ['a number for a type', JSON.stringify({ ...plain, type: 7 })],
    ['no origin', JSON.stringify({ ...plain, origin: undefined })],
    ['a list of origins', JSON.stringify({ ...plain, origin: [plain.origin] })],
    ['nothing', ' '],
  ])('with %s is no client data (A169)', (_name, text) => expect(readText(text)).toBeUndefined());

  it('with a name twice is read silently by JSON.parse, and the last one wins', () => {
    expect(JSON.parse(body.replace('}', ',"type":"webauthn.create"}'))).toMatchObject({
      type: 'webauthn.create',
    });
  });

  it('is UTF-8 and nothing else (A169)', () => {
    const bytes = Buffer.from(body.replace('AAAA', 'A?AA'));
    bytes[bytes.indexOf('?')] = 0xff;
    expect(readClientData(encoded(bytes))).toBeUndefined();
    expect(JSON.parse(bytes.toString('utf8'))).toMatchObject({ type: 'webauthn.get' });
  });

  it('of 48 KiB is judged in no time, whatever is in it', () => {
    const start = process.cpuUsage();
    const strings = [
      '['.repeat(48_000),
      `"${'\\'.repeat(48_000)}`,
      `{${'"a":{'.repeat(9600)}`,
      `"${'a'.repeat(48_000)}`,
      ':'.repeat(48_000),
    ];
    expect(strings.map(readText)).toEqual(strings.map(() => undefined));
    readText(JSON.stringify({ ...plain, long: 'a"\\'.repeat(12_000) }));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(250);
  });
});

describe('an answer', () => {
  const judge = (change: object): boolean => {
    const client = readClientData(encoded(JSON.stringify({ ...plain, ...change })));
    return client !== undefined && answers(client, asked);
  };

  it('is one to the question that was asked', () => expect(judge({})).toBe(true));

  it.each([
    'http://portail.example',
    'https://portail.example:8443',
    'https://portail.example.',
    'https://PORTAIL.example',
    'https://portail.example/',
    'https://portail.example@evil.test',
    'https://evil.portail.example',
    'https://portail.example.evil.test',
    'null',
    '',
    'https://xn--portil-dta.example',
  ])('from %s is none (A167)', (origin) => expect(judge({ origin })).toBe(false));

  it.each([{ type: 'webauthn.create' }, { type: 'WEBAUTHN.GET' }, { challenge: 'AAAB' }, { challenge: '' }])(
    'with %j is none (A166)',
    (change) => {
      expect(judge(change)).toBe(false);
    },
  );

  it.each([
    { crossOrigin: true },
    { crossOrigin: 'false' },
    { crossOrigin: null },
    { topOrigin: 'https://portail.example' },
    { topOrigin: '' },
  ])('made in a frame, %j, is none (A175)', (change) => expect(judge(change)).toBe(false));
});

import { describe, expect, it } from 'vitest';
import { isBase64url, readCredential } from './credential-json.ts';

const sound = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  response: { clientDataJSON: 'e30', signature: 'AA' },
};
const read = (change: object): unknown => readCredential({ ...sound, ...change }, ['signature']);
const withResponse = (change: object): unknown => read({ response: { ...sound.response, ...change } });

describe('a credential as JSON', () => {
  it('is read when every field is a string of base64url', () => {
    expect(withResponse({ userHandle: 'AQ', transports: ['usb', 'nfc'] })).toEqual({
      id: 'AAAA',
      clientDataJSON: 'e30',
      fields: { signature: 'AA', userHandle: 'AQ' },
      transports: ['usb', 'nfc'],
    });
  });

  it('may say null for a user handle it does not keep', () => {
    expect(withResponse({ userHandle: null })).toMatchObject({ fields: { signature: 'AA' } });
  });

  it.each([undefined, null, 7, 'text', [], [sound], () => sound])('is not %j', (value) => {
    expect(readCredential(value, [])).toBeUndefined();
  });

  it.each([
    { id: 'AAAB' },
    { rawId: undefined },
    { rawId: ['AAAA'] },
    { id: 5, rawId: 5 },
    { id: '', rawId: '' },
    { type: 'password' },
    { id: 'A'.repeat(1366), rawId: 'A'.repeat(1366) },
    { response: null },
    { response: [] },
    { response: {} },
  ])('is not one with %j (A172, A173)', (change) => expect(read(change)).toBeUndefined());

  it.each([
    { signature: 7 },
    { signature: ['AA'] },
    { signature: '' },
    { signature: 'AA==' },
    { signature: 'A+/A' },
    { signature: 'A A' },
    { signature: 'AA\n' },
    { clientDataJSON: undefined },
    { userHandle: 7 },
    { userHandle: '' },
    { userHandle: {} },
  ])('is not one whose response has %j (A169)', (change) => expect(withResponse(change)).toBeUndefined());

  it('is at most 64 KiB in all, counted over its fields together (A179)', () => {
    const half = 'A'.repeat(32 * 1024);
    expect(withResponse({ signature: half, clientDataJSON: half })).toBeDefined();
    expect(withResponse({ signature: `${half}AAAA`, clientDataJSON: half })).toBeUndefined();
  });

  it('keeps known transports only, each once', () => {
    const transports = ['usb', 'usb', 'telepathy', 7, '<script>', 'internal'];
    expect(withResponse({ transports })).toMatchObject({ transports: ['usb', 'internal'] });
    expect(withResponse({ transports: 'usb' })).toMatchObject({ transports: [] });
  });
});

describe('base64url', () => {
  it('has one text for one byte string', () => {
    // 'AB' decodes to the same byte as 'AA': the last four bits are thrown away by a lenient reader.
    expect(Buffer.from('AB', 'base64url')).toEqual(Buffer.from('AA', 'base64url'));
    expect(['AA', 'AAA', 'AAAA'].map(isBase64url)).toEqual([true, true, true]);
    expect(['AB', 'AAB', 'A', 'AAAAA'].map(isBase64url)).toEqual([false, false, false, false]);
  });
});

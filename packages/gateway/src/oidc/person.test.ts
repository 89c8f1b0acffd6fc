import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountId } from '@palier/mfa-core';
import { afterAll, describe, expect, it } from 'vitest';
import { samePerson } from './person.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-persons-'));
afterAll(() => rmSync(folder, { recursive: true }));
const account = 'medecin-01' as AccountId;

function linked(text: string): ReturnType<typeof samePerson> {
  const file = join(folder, 'links.json');
  writeFileSync(file, text);
  return samePerson({ claim: '/id', is: { kind: 'linked', file } });
}

describe('the person at the provider', () => {
  it('is the account’s own name, character by character', () => {
    const same = samePerson({ claim: '/id', is: { kind: 'account' } });
    expect(same(account, { id: 'medecin-01' })).toBe(true);
    for (const id of ['Medecin-01', 'medecin-01 ', 'medecin-0', '', undefined, null, ['medecin-01'], 1])
      expect(same(account, { id })).toBe(false);
  });

  it('is one of those the file names for this account, and nobody where it names none', () => {
    const same = linked('{ "medecin-01": ["899700218896", "899700000001"], "constructor": [] }');
    expect(same(account, { id: '899700218896' })).toBe(true);
    expect(same(account, { id: '899700075122' })).toBe(false);
    expect(same('pharmacie-01' as AccountId, { id: '899700218896' })).toBe(false);
    expect(same('toString' as AccountId, { id: '899700218896' })).toBe(false);
    expect(same(account, {})).toBe(false);
  });

  it.each([
    'no JSON',
    '[]',
    '{ "a": "b" }',
    '{ "a": [1] }',
    '{ "a": [["b"]] }',
    '{ "a": ["b"], "a": ["c"] }',
  ])('is not read from an unsound file: %s', (text) => {
    expect(() => linked(text)).toThrow();
  });
});

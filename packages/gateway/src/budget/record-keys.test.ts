import { Secret } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { createRecordKeys } from './record-keys.ts';
import { recordTypes } from './record-types.ts';

const free = { alphabet: 'alphanumeric', length: { from: 1, to: 40 }, fold: 'none', strip: '' } as const;
const types = recordTypes([
  { name: 'a', ...free },
  { name: 'ab', ...free },
]);
const [old, young] = [new Secret(new Uint8Array(32).fill(1)), new Secret(new Uint8Array(32).fill(2))];
const keys = createRecordKeys({ current: old }, 'portal', types);

describe('a record key', () => {
  it('is one for all spellings of one person, and 128 bits long', () => {
    const records = ['1990199999001', '1 99 01 99 999 001 10', '1.2.250.1.213.1.4.8|1990199999001'].map(
      (text) => keys.record('nir', text),
    );
    expect(new Set(records.map((record) => record?.digest)).size).toBe(1);
    expect(records[0]?.digest).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(records[1]?.id).toBe('1990199999001');
  });

  it('differs by tenant, by type and by where one part ends and the next begins', () => {
    const other = createRecordKeys({ current: old }, 'portalx', types);
    const digests = [
      keys.record('a', 'b1'),
      keys.record('ab', '1'),
      other.record('a', 'b1'),
      createRecordKeys({ current: young }, 'portal', types).record('a', 'b1'),
    ];
    expect(new Set(digests.map((record) => record?.digest)).size).toBe(4);
  });

  it('is not made of what is no identifier', () => {
    expect(keys.record('nir', '1990199999001 11')).toBeUndefined();
    expect(keys.record('unknown', '1')).toBeUndefined();
  });

  it('carries the digest of the previous key while keys rotate', () => {
    const rotated = createRecordKeys({ current: young, previous: old }, 'portal', types).record('a', 'x');
    expect(rotated?.previous).toBe(keys.record('a', 'x')?.digest);
    expect(rotated?.digest).not.toBe(rotated?.previous);
  });

  it('is not made with a short secret', () => {
    expect(() => createRecordKeys({ current: new Secret(new Uint8Array(31)) }, 'portal', types)).toThrow(
      TypeError,
    );
  });
});

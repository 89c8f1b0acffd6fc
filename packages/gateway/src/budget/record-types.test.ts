import { describe, expect, it } from 'vitest';
import { canonicalRecord, recordTypes } from './record-types.ts';

const types = recordTypes([
  { name: 'file', alphabet: 'digits', length: { from: 8, to: 8 }, fold: 'none', strip: ' -' },
  { name: 'number', alphabet: 'digits', length: { from: 1, to: 10 }, fold: 'none', strip: '' },
  { name: 'code', alphabet: 'alphanumeric', length: { from: 4, to: 6 }, fold: 'upper', strip: '.' },
]);

describe('a record type', () => {
  it.each([
    ['rpps', '99700000013', '99700000013'],
    ['rpps', '8 99700000013', '99700000013'],
    ['finess', '99 000 001 0', '990000010'],
    ['finess', '2a0168811', '2A0168811'],
    ['file', '0012-3456', '00123456'],
    ['number', '1', '1'],
    ['number', '0', '0'],
    ['code', 'ab.12', 'AB12'],
  ])('%s reads %j as %j', (type, text, canonical) => {
    expect(canonicalRecord(types, type, text)).toBe(canonical);
  });

  it.each([
    ['rpps', '99700000014'],
    ['finess', '990000011'],
    ['file', '1234567'],
    ['file', '123456789'],
    ['file', '1234567８'],
    ['number', '01'],
    ['number', '1.0'],
    ['number', '1e0'],
    ['number', '-1'],
    ['code', 'AB1'],
    ['code', 'AB 12'],
    ['code', '\u0130B12'],
    ['nobody-declared', '1'],
  ])('%s refuses %j', (type, text) => {
    expect(canonicalRecord(types, type, text)).toBeUndefined();
  });

  it('cannot be declared over a built-in one', () => {
    const sly = recordTypes([
      { name: 'nir', alphabet: 'alphanumeric', length: { from: 1, to: 99 }, fold: 'none', strip: '' },
    ]);
    expect(canonicalRecord(sly, 'nir', 'anything')).toBeUndefined();
  });
});

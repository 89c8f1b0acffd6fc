import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noBlock, readHeaders } from './headers.ts';

const block = ['Host', 'portal.example', 'Accept', 'text/html', 'Cookie', 'a=1'];

describe('a header block on a connection that has said one before', () => {
  it('reads what is said again as it read it the first time', () => {
    const last = noBlock();
    expect(readHeaders([...block], last)).toEqual(readHeaders([...block], last));
    expect(readHeaders(['Accept', 'text/html', 'Host', 'portal.example'], last)).toEqual(
      readHeaders(['Accept', 'text/html', 'Host', 'portal.example']),
    );
  });

  it('judges a value that is new, a name that is new, and a pair that moved', () => {
    const last = noBlock();
    readHeaders(block, last);
    expect(readHeaders(['Host', 'portal.exampl\u00e9', ...block.slice(2)], last)).toBe('header-value');
    expect(readHeaders(['Ho_st', 'portal.example', ...block.slice(2)], last)).toBe('header-name');
    expect(readHeaders(['X_Y', '1', ...block], last)).toBe('header-name');
  });

  it('remembers nothing of a block it refused', () => {
    const last = noBlock();
    const bad = ['Host', 'portal.example', 'X_Identity', 'dr-a'];
    expect(readHeaders(bad, last)).toBe('header-name');
    expect(readHeaders(bad, last)).toBe('header-name');
    const twice = [...block, 'Cookie', 'a=2'];
    expect(readHeaders(twice, last)).toBe('duplicate-header');
    expect(readHeaders(twice, last)).toBe('duplicate-header');
  });

  it('never reads otherwise than on a new connection, whatever came before', () => {
    const name = fc.constantFrom('Host', 'host', 'Cookie', 'Accept', 'X-A', 'X_A', 'x-a', '');
    const value = fc.constantFrom('1', '2', 'a, b', 'caf\u00e9', 'x\ny', '');
    const raw = fc.array(fc.tuple(name, value), { maxLength: 5 }).map((pairs) => pairs.flat());
    fc.assert(
      fc.property(fc.array(raw, { minLength: 1, maxLength: 6 }), (blocks) => {
        const last = noBlock();
        for (const one of blocks) expect(readHeaders(one, last)).toEqual(readHeaders(one));
      }),
      { numRuns: 500 },
    );
  });
});

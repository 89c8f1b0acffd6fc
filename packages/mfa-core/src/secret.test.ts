import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

describe('a secret', () => {
  const secret = Secret.fromText('hunter2hunter2');

  it('cannot be printed, joined, inspected or serialised', () => {
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ secret }, { depth: 9, showHidden: true }),
      format('%s %o %j', secret, secret, secret),
    ];
    for (const text of shown) expect(text).not.toContain('hunter2');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
    expect(Object.keys(secret)).toEqual([]);
  });

  it('keeps bytes of its own: changing what it was made of changes nothing', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const own = new Secret(bytes);
    bytes.fill(0);
    expect(own.expose((inside) => [...inside])).toEqual([1, 2, 3]);
  });

  it('compares by content', () => {
    expect(secret.equals(Secret.fromText('hunter2hunter2'))).toBe(true);
    expect(secret.equals(Secret.fromText('hunter2hunter3'))).toBe(false);
    expect(secret.equals(Secret.fromText('short'))).toBe(false);
  });
});

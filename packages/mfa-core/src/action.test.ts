import { describe, expect, it } from 'vitest';
import { actionDigest, challengeBytes } from './action.ts';

describe('an action', () => {
  const nonce = new Uint8Array(32).fill(1);

  it('is inside the bytes that are signed, behind 32 random ones', () => {
    expect(challengeBytes(nonce, undefined)).toEqual(nonce);
    const bytes = challengeBytes(nonce, 'pay 10 to B');
    expect([...bytes.subarray(0, 32)]).toEqual([...nonce]);
    expect(Buffer.from(bytes.subarray(32)).toString('base64url')).toBe(actionDigest('pay 10 to B'));
  });

  it('has another digest than any other', () => {
    expect(actionDigest('pay 10 to B')).not.toBe(actionDigest('pay 10 to C'));
  });
});

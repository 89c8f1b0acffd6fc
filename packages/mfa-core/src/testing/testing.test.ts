// The testing kit itself: what it promises to the tests that rest on it. That its answers verify is shown in webauthn/.
import { describe, expect, it } from 'vitest';
import { verifyTotp } from '../totp/totp.ts';
import { fakeClock, fakeRandom, totpCode } from './index.ts';

describe('the clock', () => {
  it('stands still until it is told, and may step back', () => {
    const clock = fakeClock(1000);
    expect([clock.now(), clock.now()]).toEqual([1000, 1000]);
    expect(clock.advance(1.5)).toBe(2500);
    expect(clock.set(7)).toBe(7);
    expect(clock.now()).toBe(7);
  });
});

describe('the randomness', () => {
  it('is the same for the same seed and another for another', () => {
    const [first, again, other] = ['a', 'a', 'b'].map((seed) =>
      Buffer.from(fakeRandom(seed)(64)).toString('hex'),
    );
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('goes on from call to call, whatever the lengths', () => {
    const random = fakeRandom('a');
    const pieces = Buffer.concat([random(5), random(40), random(19)]);
    expect(pieces).toEqual(Buffer.from(fakeRandom('a')(64)));
  });
});

describe('the phone', () => {
  it('shows the code the server expects', () => {
    const clock = fakeClock();
    const secret = fakeRandom('phone')(32);
    const settings = { hash: 'sha256', digits: 8, period: 60 } as const;
    expect(
      verifyTotp(secret, settings, totpCode(secret, clock.now(), settings), -1, clock.now()),
    ).toMatchObject({ outcome: 'matched' });
  });
});

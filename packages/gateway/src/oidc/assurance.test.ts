import { instantOf, secondsOf } from '@palier/mfa-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CardRule } from '../config/oidc-settings.ts';
import { askedFor, type Ceremony, cardWorth } from './assurance.ts';

const at = 1_800_000_000;
const rule = (change: Partial<CardRule> = {}): CardRule => ({
  acr: 'eidas1',
  amr: ['sc', 'pin'],
  within: secondsOf(0),
  ...change,
});
const ceremony = (change: Partial<Ceremony> = {}): Ceremony => ({
  begunAt: instantOf((at - 60) * 1000),
  now: instantOf(at * 1000),
  maxAge: secondsOf(900),
  tolerance: secondsOf(30),
  ...change,
});
const claims = { acr: 'eidas1', amr: ['pin', 'mfa', 'sc'], auth_time: at - 10 };

describe('what an ID token is worth', () => {
  it('is nothing where nothing is written', () => {
    expect(cardWorth([], claims, ceremony())).toEqual({ outcome: 'nothing', reason: 'acr' });
  });

  it('is a card from the moment the person acted, never from later than now', () => {
    expect(cardWorth([rule()], claims, ceremony())).toMatchObject({ outcome: 'card', at: (at - 10) * 1000 });
    const ahead = { ...claims, auth_time: at + 20 };
    expect(cardWorth([rule()], ahead, ceremony())).toMatchObject({ outcome: 'card', at: at * 1000 });
  });

  it('A226: counts from the beginning of the ceremony, to the second, with the tolerance and no more', () => {
    const began = at - 60;
    const worth = (time: number, tolerance: number): string =>
      cardWorth([rule()], { ...claims, auth_time: time }, ceremony({ tolerance: secondsOf(tolerance) }))
        .outcome;
    expect([worth(began, 0), worth(began - 1, 0)]).toEqual(['card', 'nothing']);
    expect([worth(began - 30, 30), worth(began - 31, 30)]).toEqual(['card', 'nothing']);
    expect([worth(at + 30, 30), worth(at + 31, 30)]).toEqual(['card', 'nothing']);
  });

  it('A226: where an older authentication is enough, the route may still ask for a fresher one', () => {
    const within = rule({ within: secondsOf(3600) });
    const old = { ...claims, auth_time: at - 1800 };
    const worth = (maxAge: number): string =>
      cardWorth([within], old, ceremony({ maxAge: secondsOf(maxAge) })).outcome;
    expect([worth(1800), worth(1799), worth(12 * 3600)]).toEqual(['card', 'nothing', 'card']);
    expect(cardWorth([rule()], old, ceremony()).outcome).toBe('nothing');
  });

  it('takes the first rule that holds, and amr unchecked only where that is written', () => {
    const phone = { ...claims, amr: null };
    expect(cardWorth([rule()], phone, ceremony())).toEqual({ outcome: 'nothing', reason: 'amr' });
    expect(cardWorth([rule(), rule({ amr: undefined })], phone, ceremony()).outcome).toBe('card');
    expect(cardWorth([rule({ amr: undefined })], { ...phone, acr: 'EIDAS1' }, ceremony())).toEqual({
      outcome: 'nothing',
      reason: 'acr',
    });
  });

  it('A223: no value but the very text is that acr', () => {
    fc.assert(
      fc.property(fc.anything(), (acr) => {
        const worth = cardWorth([rule()], { ...claims, acr }, ceremony());
        return worth.outcome === (acr === 'eidas1' ? 'card' : 'nothing');
      }),
      { numRuns: 500 },
    );
  });

  it('never grows with age', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7200 }),
        fc.integer({ min: 0, max: 7200 }),
        fc.nat(3600),
        (a, b, within) => {
          const worth = (age: number): boolean =>
            cardWorth([rule({ within: secondsOf(within) })], { ...claims, auth_time: at - age }, ceremony())
              .outcome === 'card';
          return !worth(Math.max(a, b)) || worth(Math.min(a, b));
        },
      ),
    );
  });
});

describe('what is asked of the provider', () => {
  it('is nothing without rules, each acr once, and the longest age that could still count', () => {
    expect(askedFor([], secondsOf(900))).toEqual({ acr: [], maxAge: undefined });
    expect(askedFor([rule(), rule({ amr: undefined })], secondsOf(900))).toEqual({
      acr: ['eidas1'],
      maxAge: 0,
    });
    const hour = rule({ acr: 'high', within: secondsOf(3600) });
    expect(askedFor([rule(), hour], secondsOf(900))).toEqual({ acr: ['eidas1', 'high'], maxAge: 900 });
  });
});

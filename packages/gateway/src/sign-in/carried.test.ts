import { createMfa, Secret, type SessionId, sealingKeys, secondsOf, systemRandom } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { fakeClock } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import { createHandOver } from '../card/hand-over.ts';
import { createCeremonies, createSignInCeremonies } from '../oidc/ceremony.ts';
import { carriedSignIns, mostSpent } from './carried.ts';

const keys = sealingKeys('k1', { k1: new Secret(new Uint8Array(32).fill(7)) });
const browser = (digit: number): SessionId => `sid_${String(digit).padStart(32, '0')}` as SessionId;
const strangers = 21_000;

/** Everything that begins, on one store that counts its rows. */
function desk() {
  const clock = fakeClock();
  const stores = memoryStores();
  const rows = { put: 0 };
  const challenges: typeof stores.challenges = {
    ...stores.challenges,
    put: (challenge) => {
      rows.put += 1;
      return stores.challenges.put(challenge);
    },
  };
  const parts = { challenges, keys, sealing: keys, clock, random: systemRandom };
  return { clock, rows, parts, stores };
}

describe('a sign-in that somebody begins', () => {
  it('A134: can be begun and ended while strangers of any number of networks begin theirs', () => {
    const { parts } = desk();
    const ceremonies = createSignInCeremonies(parts);
    const cards = createHandOver(parts);
    const honest = ceremonies.begin(browser(1), 'provider', '/page');
    for (let turn = 0; turn < strangers; turn += 1) {
      if (turn % 2 === 0) ceremonies.begin(browser(turn), 'provider', '/');
      else cards.askUnknown(browser(turn), '/');
    }
    const late = ceremonies.begin(browser(2), 'provider', '/other');
    expect(ceremonies.finish(browser(1), 'provider', honest.state)).toEqual(honest);
    expect(ceremonies.finish(browser(2), 'provider', late.state)).toEqual(late);
  });

  it('A260: puts nothing into the store, at a provider or with a card', async () => {
    const { parts, rows } = desk();
    const ceremonies = createSignInCeremonies(parts);
    const cards = createHandOver(parts);
    ceremonies.begin(browser(1), 'provider', '/');
    expect(await cards.look(cards.askUnknown(browser(1), '/'))).toMatchObject({ asked: { resume: '/' } });
    expect(rows.put).toBe(0);
  });

  it('control: of somebody known something is kept, in a bound of the session’s own', async () => {
    const { parts, rows, stores, clock } = desk();
    const mfa = createMfa({
      stores,
      clock,
      keys: { sealing: keys, digests: new Secret(new Uint8Array(32).fill(8)) },
      relyingParty: { id: 'portail.example', name: 'x', origins: ['https://portail.example'] },
    });
    const { session } = await mfa.sessions.open('medecin-01' as never, 'x');
    await createCeremonies(parts).begin(session, 'provider', '');
    expect(rows.put).toBe(1);
  });

  it('A227: comes back once, to the browser and the provider that it began with, within ten minutes', () => {
    const { parts, clock } = desk();
    const ceremonies = createSignInCeremonies(parts);
    const { state } = ceremonies.begin(browser(1), 'provider', '/');
    expect(ceremonies.finish(browser(2), 'provider', state)).toBeUndefined();
    expect(ceremonies.finish(browser(1), 'other', state)).toBeUndefined();
    // Not its last letters: one state in 256 ends in any two that could be put there.
    const changed = state.replace(/.(?=.{6}$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
    expect(ceremonies.finish(browser(1), 'provider', changed)).toBeUndefined();
    expect(ceremonies.finish(browser(1), 'provider', state)).toBeDefined();
    expect(ceremonies.finish(browser(1), 'provider', state)).toBeUndefined();
    const slow = ceremonies.begin(browser(1), 'provider', '/');
    clock.advance(600);
    expect(ceremonies.finish(browser(1), 'provider', slow.state)).toBeUndefined();
  });

  it('carries nothing that can be read or used for another purpose', () => {
    const { parts } = desk();
    const ceremonies = createSignInCeremonies(parts);
    const begun = ceremonies.begin(browser(1), 'provider', '/patients/1');
    for (const secret of [begun.nonce, begun.verifier, '/patients/1'])
      expect(Buffer.from(begun.state.split('.').at(-1) ?? '', 'base64url').includes(secret)).toBe(false);
    const other = carriedSignIns<string>(parts, 'card', secondsOf(300));
    expect(other.look(begun.state)).toBeUndefined();
    expect(other.look('v1.k1.x.y')).toBeUndefined();
    expect(other.look('x'.repeat(10_000))).toBeUndefined();
  });
});

it('what came back is forgotten only behind a bound of others that came back', () => {
  const { parts } = desk();
  const carried = carriedSignIns<string>(parts, 'card', secondsOf(300));
  const come = (): boolean => {
    const found = carried.look(carried.begin(browser(1), ''));
    return found !== undefined && carried.spend(found);
  };
  const first = carried.begin(browser(1), '');
  const found = carried.look(first);
  expect(found !== undefined && carried.spend(found)).toBe(true);
  expect(Array.from({ length: mostSpent - 1 }, come).every(Boolean)).toBe(true);
  expect(carried.look(first)).toBeUndefined();
  come();
  // The control of the bound; the provider's own single use stands behind it.
  expect(carried.look(first)).toBeDefined();
});

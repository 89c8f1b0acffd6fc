import {
  type AccountId,
  type FactorId,
  type Instant,
  instantOf,
  type Proof,
  type ProofId,
  Secret,
} from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { memoryGlass } from '../stores/memory-standing.ts';
import { digestOf } from './budget-store-contract.ts';
import { breakGlass, type GlassAnswer, type GlassAsked, presentRecord, signPresent } from './exemption.ts';

const now: Instant = instantOf(Date.UTC(2026, 0, 5, 8));
const account = 'dr who' as AccountId;
const ago = (milliseconds: number): Instant => instantOf(now - milliseconds);
const card = (at: Instant): Proof => ({
  kind: 'card',
  id: 'prf_1' as ProofId,
  at,
  evidence: 'certificate:1',
});
const passkey: Proof = {
  kind: 'webauthn',
  id: 'prf_2' as ProofId,
  at: now,
  factor: 'fac_1' as FactorId,
  deviceBound: true,
  cardClass: false,
};
const reason = 'patient inconscient aux urgences';

describe('breaking the glass', () => {
  const ask = (more: Partial<GlassAsked>, store = memoryGlass()): Promise<GlassAnswer> =>
    breakGlass(store, { id: 'one', account, proof: card(now), reason, now, ...more });

  it('gives an hour and 40 persons for a card and a reason', async () => {
    const answer = await ask({ reason: `  ${reason}  ` });
    expect(answer).toEqual({
      outcome: 'broken',
      glass: { id: 'one', account, reason, at: now, until: instantOf(now + 3_600_000), records: 40 },
    });
  });

  it.each<[string, Partial<GlassAsked>, string]>([
    ['without a proof', { proof: undefined }, 'card-needed'],
    ['with a passkey', { proof: passkey }, 'card-needed'],
    ['with a card shown six minutes ago', { proof: card(ago(360_000)) }, 'card-too-old'],
    ['without a reason', { reason: 'x'.repeat(14).padEnd(100) }, 'reason-too-short'],
    ['with a novel', { reason: 'x'.repeat(501) }, 'reason-too-long'],
  ])('%s is refused', async (_how, more, because) => {
    expect(await ask(more)).toEqual({ outcome: 'refused', because });
  });

  it('works three times in 30 days', async () => {
    const store = memoryGlass();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, number) => ask({ id: `${number}` }, store)),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'broken')).toHaveLength(3);
    expect(outcomes.at(-1)).toEqual({ outcome: 'refused', because: 'quota' });
  });
});

describe('a patient who is present', () => {
  const secret = new Secret(new Uint8Array(32).fill(7));
  const rules = {
    secret,
    milliseconds: 120_000,
    record: (text: string) =>
      text === 'nobody' ? undefined : { id: text, type: 'nir', digest: digestOf(text) },
  };
  const statement = (at: Instant, text: string, whose = account): string => {
    const said = `${Math.floor(at / 1000)}.${text}`;
    return `${said}.${signPresent(secret, whose, said)}`;
  };
  const read = (header: string, whose = account): string | undefined =>
    presentRecord({ header, account: whose, now }, rules)?.id;

  it('exempts the one record that the reader names', () => {
    expect(read(statement(now, '1990199999001'))).toBe('1990199999001');
    expect(read(statement(ago(120_000), '1990199999001'))).toBe('1990199999001');
  });

  it.each([
    ['an old statement', statement(ago(121_000), '1')],
    ['a statement from the future', statement(instantOf(now + 121_000), '1')],
    ['one for another account', statement(now, '1', 'dr no' as AccountId)],
    ['one that names nobody', statement(now, 'nobody')],
    ['another person put in', statement(now, '1').replace('.1.', '.2.')],
    ['a cut signature', statement(now, '1').slice(0, -1)],
    ['no signature', `${Math.floor(now / 1000)}.1.`],
    ['one part too many', `${statement(now, '1')}.x`],
    ['a long text', statement(now, '1').padEnd(401, 'x')],
    ['nothing', ''],
  ])('is not believed from %s', (_what, header) => {
    expect(read(header)).toBeUndefined();
  });
});

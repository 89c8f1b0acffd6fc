import { describe, expect, it } from 'vitest';
import type { Proof } from './assurance.ts';
import type { AccountId, FactorId, ProofId, SessionId } from './ids.ts';
import { isLive, type Session, withProof } from './session.ts';
import { instantOf, secondsOf } from './time.ts';

const session: Session = {
  id: 'sid_x' as SessionId,
  account: 'ana' as AccountId,
  openedAt: instantOf(0),
  seenAt: instantOf(0),
  proofs: [],
  agent: '',
};
const limits = { idle: secondsOf(3600), lifetime: secondsOf(43_200) };

function totp(factor: string, at: number): Proof {
  return { kind: 'totp', id: `prf_${at}` as ProofId, at: instantOf(at), factor: factor as FactorId };
}

describe('a session', () => {
  it('lives at exactly its limits and not past them', () => {
    expect(isLive(session, limits, instantOf(3_600_000))).toBe(true);
    expect(isLive(session, limits, instantOf(3_600_001))).toBe(false);
    const used = { ...session, seenAt: instantOf(43_000_000) };
    expect(isLive(used, limits, instantOf(43_200_000))).toBe(true);
    expect(isLive(used, limits, instantOf(43_200_001))).toBe(false);
  });

  it('keeps one proof of each factor, the newest last', () => {
    const now = instantOf(9);
    const one = withProof(withProof(session, totp('a', 1), now), totp('b', 2), now);
    expect(withProof(one, totp('a', 3), now).proofs.map(({ id }) => id)).toEqual(['prf_2', 'prf_3']);
  });

  it('keeps a bounded number of proofs', () => {
    const many = Array.from({ length: 40 }, (_, index) => totp(`f${index}`, index));
    const full = many.reduce((held, proof) => withProof(held, proof, instantOf(0)), session);
    expect(full.proofs).toHaveLength(12);
    expect(full.proofs.at(-1)?.id).toBe('prf_39');
  });
});

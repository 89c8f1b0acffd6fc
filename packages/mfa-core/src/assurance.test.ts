import { describe, expect, it } from 'vitest';
import {
  accepts,
  acceptWords,
  assess,
  bestProof,
  type Proof,
  type ProofKind,
  type Requirement,
} from './assurance.ts';
import type { FactorId, ProofId } from './ids.ts';
import { type Instant, instantOf, secondsOf } from './time.ts';

const factor = 'fac_x' as FactorId;
const id = 'prf_x' as ProofId;
const at = (seconds: number): Instant => instantOf(seconds * 1000);

function proof(kind: ProofKind, seconds: number, cardClass = false): Proof {
  const base = { id, at: at(seconds) };
  if (kind === 'card') return { ...base, kind, evidence: 'certificate:00' };
  return kind === 'webauthn'
    ? { ...base, kind, factor, deviceBound: true, cardClass }
    : { ...base, kind, factor };
}

const asked = (accept: readonly [ProofKind, ...ProofKind[]], maxAge: number): Requirement => ({
  kind: 'step-up',
  accept,
  maxAge: secondsOf(maxAge),
});

describe('assess', () => {
  it('asks nothing of open routes and of those that want a sign-in only', () => {
    expect(assess([], { kind: 'open' }, at(0))).toBeUndefined();
    expect(assess([], { kind: 'signed-in' }, at(0))).toBeUndefined();
  });

  it('takes a proof of exactly the greatest age, and none older', () => {
    const proofs = [proof('totp', 0)];
    expect(assess(proofs, asked(['totp'], 60), at(60))).toBeUndefined();
    expect(assess(proofs, asked(['totp'], 60), at(60.001))?.reason).toBe('too-old');
  });

  it('does not take a strong proof that is old together with a weak one that is fresh (A205)', () => {
    const proofs = [proof('webauthn', 0), proof('totp', 100)];
    expect(assess(proofs, asked(acceptWords['phishing-resistant'], 60), at(100))?.reason).toBe('too-old');
  });

  it('says why: nothing shown, not of a kind that counts, too long ago', () => {
    const requirement = asked(acceptWords.card, 60);
    expect(assess([], requirement, at(0))?.reason).toBe('no-proof');
    expect(assess([proof('webauthn', 0)], requirement, at(0))?.reason).toBe('not-accepted');
    expect(assess([proof('card', 0)], requirement, at(61))?.reason).toBe('too-old');
  });

  it('takes an authenticator of card class where a card is asked', () => {
    expect(accepts(acceptWords.card, proof('webauthn', 0, true))).toBe(true);
    expect(accepts(acceptWords.card, proof('webauthn', 0, false))).toBe(false);
  });

  it('never counts a proof of the future as younger than new', () => {
    expect(assess([proof('totp', 100)], asked(['totp'], 0), at(50))).toBeUndefined();
    expect(assess([proof('totp', 100)], asked(['totp'], 0), at(101))?.reason).toBe('too-old');
  });

  it('does not begin to refuse when a proof is added', () => {
    const kinds = ['totp', 'webauthn', 'recovery-code', 'card'] as const;
    const some = kinds.map((kind, index) => proof(kind, index * 10));
    for (const word of ['second-factor', 'phishing-resistant', 'card'] as const) {
      for (const more of some) {
        const requirement = asked(acceptWords[word], 35);
        const before = some.filter((_, index) => index % 2 === 0);
        if (assess(before, requirement, at(40)) === undefined) {
          expect(assess([...before, more], requirement, at(40))).toBeUndefined();
        }
      }
    }
  });
});

describe('bestProof', () => {
  it('is the freshest of those accepted', () => {
    const requirement = {
      kind: 'step-up',
      accept: acceptWords['second-factor'],
      maxAge: secondsOf(60),
    } as const;
    expect(bestProof([proof('totp', 5), proof('card', 9), proof('webauthn', 7)], requirement)?.kind).toBe(
      'card',
    );
    expect(bestProof([], requirement)).toBeUndefined();
  });
});

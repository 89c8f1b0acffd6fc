// Chains of a maker that does not exist. The negative control of each refusal is the same chain with the one thing put
// right.
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { attestationAuthority } from '../testing/attestation-authority.ts';
import { fakeRandom } from '../testing/fakes.ts';
import { after, instantOf, secondsOf } from '../time.ts';
import { chainsToRoot } from './certificate-chain.ts';

const now = instantOf(Date.UTC(2026, 0, 15));
const day = 86_400_000;
const random = fakeRandom('chains');
const aaguid = '00112233-4455-6677-8899-aabbccddeeff';
const maker = attestationAuthority(random, now);
const stranger = attestationAuthority(random, now);
const root = new X509Certificate(maker.root);
const leaf = maker.issue({ aaguid }).chain;
const long = maker.subordinate().subordinate().issue({ aaguid }).chain;

describe('a chain', () => {
  it('ends at the root, with or without certificates between, and with or without the root itself', () => {
    expect(chainsToRoot(leaf, [root], now)).toBe(true);
    expect(long).toHaveLength(3);
    expect(chainsToRoot(long, [new X509Certificate(stranger.root), root], now)).toBe(true);
    expect(chainsToRoot([...long, root.raw], [root], now)).toBe(true);
  });

  it('may be one certificate that is itself trusted', () => {
    const [own = new Uint8Array()] = leaf;
    expect(chainsToRoot([own], [new X509Certificate(own)], now)).toBe(true);
  });

  it('of another maker is not trusted, although all names are the same (A176)', () => {
    expect(chainsToRoot(stranger.issue({ aaguid }).chain, [root], now)).toBe(false);
    expect(chainsToRoot([...stranger.issue({ aaguid }).chain, root.raw], [root], now)).toBe(false);
  });

  it('is not trusted without roots, where the library would skip the question', () => {
    expect(chainsToRoot(leaf, [], now)).toBe(false);
    expect(chainsToRoot([], [root], now)).toBe(false);
  });

  it('is read in order and without gaps', () => {
    expect(chainsToRoot(long.slice(0, 1), [root], now)).toBe(false);
    expect(chainsToRoot([...long].reverse(), [root], now)).toBe(false);
    expect(chainsToRoot([...long, ...long], [root], now)).toBe(false);
  });

  it('is not trusted before or after its time, at either end', () => {
    const early = maker.issue({ aaguid, notBefore: now + day }).chain;
    const late = maker.issue({ aaguid, notAfter: now - day / 2 }).chain;
    expect([early, late].map((chain) => chainsToRoot(chain, [root], now))).toEqual([false, false]);
    expect(chainsToRoot(early, [root], after(now, secondsOf(2 * 86_400)))).toBe(true);
    expect(chainsToRoot(late, [root], instantOf(now - day + 1000))).toBe(true);
    expect(chainsToRoot(leaf, [root], after(now, secondsOf(4000 * 86_400)))).toBe(false);
  });

  it('does not go through a certificate that may not sign others', () => {
    const middle = maker.issue({ aaguid });
    const [signer = new Uint8Array()] = middle.chain;
    expect(chainsToRoot([...leaf, signer], [root], now)).toBe(false);
  });

  it('that cannot be read is an exception', () => {
    expect(() => chainsToRoot([Uint8Array.of(1, 2, 3)], [root], now)).toThrow();
  });
});

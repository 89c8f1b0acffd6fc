// Which certificates count as a card, and whose. Beside each refusal stands what happens when the rule that makes it is
// taken away: the same certificate is accepted.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Instant, instantOf } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCertificate } from '../../packages/gateway/src/card/certificate.ts';
import { holderOf } from '../../packages/gateway/src/card/holder.ts';
import { type CardRules, type CardVerdict, judgeCard } from '../../packages/gateway/src/card/judge.ts';
import { parsePsIdNat } from '../../packages/gateway/src/card/ps-id-nat.ts';
import type { Revocation } from '../../packages/gateway/src/card/revocation.ts';
import { readTrust, TrustError } from '../../packages/gateway/src/card/trust.ts';
import { verifyChain } from '../../packages/gateway/src/card/verify-chain.ts';
import {
  doctorId,
  type LeafName,
  masseurId,
  namedStaffId,
  openPki,
  type Pki,
  pharmacistId,
  policyOids,
  pseudonymousStaffId,
} from '../support/pki.ts';

const neverRevoked: Revocation = { check: async () => ({ status: 'good' }) };
const day = 86_400_000;
const now = instantOf(Date.now());

let pki: Pki;
let rules: CardRules;
beforeAll(async () => {
  pki = await openPki();
  rules = {
    trust: readTrust({ anchors: pki.anchors, intermediates: pki.intermediates, issuers: undefined }),
    use: {
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
      policies: [policyOids.personAuthentication, policyOids.staffAuthentication, policyOids.organisation],
      signatures: ['rsa-sha256', 'ecdsa-sha256'],
      rsaBits: 2048,
      ecBits: 256,
    },
    holder: { account: 'ps-id-nat', shared: [], issuersAreOfPersons: false },
    revocation: neverRevoked,
  };
});
afterAll(() => pki.close());

const derIn = (path: string): Uint8Array => new Uint8Array(new X509Certificate(readFileSync(path)).raw);
const der = (name: LeafName): Uint8Array => derIn(pki.leaf(name).certificate);

const judge = (name: LeafName, given: CardRules = rules, at: Instant = now): Promise<CardVerdict> =>
  judgeCard([der(name)], given, at);

const told = (verdict: CardVerdict): string =>
  verdict.outcome === 'accepted' ? `accepted ${verdict.card.holder.person}` : verdict.reason;

describe('a card', () => {
  it('of a professional counts, by its national identifier', async () => {
    expect(told(await judge('doctor'))).toBe(`accepted ${doctorId}`);
    expect(told(await judge('doctor-elliptic'))).toBe(`accepted ${doctorId}`);
    expect(told(await judge('pharmacist'))).toBe(`accepted ${pharmacistId}`);
    expect(told(await judge('masseur'))).toBe(`accepted ${masseurId}`);
    expect(await judge('doctor')).toMatchObject({
      card: { holder: { displayName: 'ROBERT MEDECINESSAI0021889', title: 'Médecin', isShared: false } },
    });
  });

  it('can be named by RPPS, common name, UPN, mail or issuer and serial number', async () => {
    const by = async (account: CardRules['holder']['account'], name: LeafName = 'doctor'): Promise<string> =>
      told(await judge(name, { ...rules, holder: { ...rules.holder, account } }));
    expect(await by('rpps')).toBe(`accepted ${doctorId.slice(1)}`);
    expect(await by('rpps', 'masseur')).toBe('not-a-person');
    expect(await by('common-name')).toBe(`accepted ${doctorId}`);
    expect(await by('upn')).toBe(`accepted ${doctorId}@carte.essai.test`);
    expect(await by('email')).toBe('accepted robert@carte.essai.test');
    expect(await by('email', 'pharmacist')).toBe('no-name');
    expect(await by('serial-number')).toBe('no-name');
    expect(await by('issuer-and-serial')).toMatch(/^accepted [0-9a-f]{64}:[0-9a-f]+$/);
    expect(await by('issuer-and-serial')).not.toBe(await by('issuer-and-serial', 'doctor-elliptic'));
  });

  it('of named staff is a person; a pseudonymous one is nobody unless the operator names it', async () => {
    expect(told(await judge('staff-named'))).toBe(`accepted ${namedStaffId}`);
    expect(told(await judge('staff-pseudonymous'))).toBe('shared');
    const named = { ...rules, holder: { ...rules.holder, shared: [pseudonymousStaffId] } };
    expect(told(await judge('staff-pseudonymous', named))).toBe(`accepted ${pseudonymousStaffId}`);
    const other = { ...rules, holder: { ...rules.holder, shared: ['300000018/000000019'] } };
    expect(told(await judge('staff-pseudonymous', other))).toBe('shared');
  });

  it('of an organisation is never a person, whatever it calls itself', async () => {
    expect(told(await judge('organisation'))).toBe('not-a-person');
    expect(told(await judge('organisation-named-as-person'))).toBe('not-a-person');
    expect(told(await judge('machine-client'))).toBe('not-a-person');
    const listed = { ...rules.holder, shared: [doctorId] };
    expect(told(await judge('organisation-named-as-person', { ...rules, holder: listed }))).toBe(
      'not-a-person',
    );
    // Without the rule that a number needs a name beside it, its number would open the doctor's account.
    const holder = { account: 'common-name', shared: [], issuersAreOfPersons: true } as const;
    expect(told(await judge('organisation-named-as-person', { ...rules, holder }))).toBe(
      `accepted ${doctorId}`,
    );
  });

  it('must come from an authority that issues to persons, where the operator says which do', async () => {
    const issuers = pki.authority('persons').certificate;
    const trust = readTrust({ anchors: pki.anchors, intermediates: pki.intermediates, issuers });
    expect(told(await judge('doctor', { ...rules, trust }))).toBe(`accepted ${doctorId}`);
    expect(told(await judge('staff-named', { ...rules, trust }))).toBe('wrong-issuer');
    expect(told(await judge('organisation-named-as-person', { ...rules, trust }))).toBe('wrong-issuer');
  });
});

describe('a certificate is refused', () => {
  it('when it has expired or is not valid yet, and would count at another time', async () => {
    expect(told(await judge('expired'))).toBe('expired');
    expect(told(await judge('expired', rules, instantOf(now - 5 * day)))).toBe(`accepted ${doctorId}`);
    expect(told(await judge('not-yet-valid'))).toBe('not-yet-valid');
    expect(told(await judge('not-yet-valid', rules, instantOf(now + 5 * day)))).toBe(`accepted ${doctorId}`);
  });

  it('when its key or a signature is too weak, and would count if it were enough', async () => {
    expect(told(await judge('weak-key'))).toBe('weak-key');
    const lax = { ...rules, use: { ...rules.use, rsaBits: 1024 } };
    expect(told(await judge('weak-key', lax))).toBe(`accepted ${doctorId}`);
    expect(told(await judge('weak-hash'))).toBe('weak-signature');
    expect(await verifyChain([der('weak-hash')], rules.trust, now)).toMatchObject({ outcome: 'sound' });
    expect(told(await judge('doctor-elliptic', { ...rules, use: { ...rules.use, ecBits: 384 } }))).toBe(
      'weak-key',
    );
  });

  it('when it is for another use or policy, and would count if that were asked', async () => {
    const with_ = (use: Partial<CardRules['use']>): CardRules => ({
      ...rules,
      use: { ...rules.use, ...use },
    });
    expect(told(await judge('wrong-extended-usage'))).toBe('wrong-usage');
    expect(
      told(await judge('wrong-extended-usage', with_({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] }))),
    ).toBe(`accepted ${doctorId}`);
    expect(told(await judge('no-extended-usage'))).toBe('wrong-usage');
    expect(told(await judge('wrong-usage'))).toBe('wrong-usage');
    expect(told(await judge('doctor-signature'))).toBe('wrong-usage');
    for (const name of ['no-policy', 'other-policy'] as const) {
      expect(told(await judge(name))).toBe('wrong-policy');
      expect(told(await judge(name, with_({ policies: [] })))).toBe(`accepted ${doctorId}`);
    }
  });

  it('when its authorities only have the right names, and would count if theirs were the keys trusted', async () => {
    expect(told(await judge('other-root'))).toBe('untrusted');
    const chain = [der('other-root'), derIn(pki.authority('other-persons').certificate)];
    expect(told(await judgeCard(chain, rules, now))).toBe('untrusted');
    const trust = readTrust({
      anchors: pki.authority('root-other').certificate,
      intermediates: undefined,
      issuers: undefined,
    });
    expect(told(await judgeCard(chain, { ...rules, trust }, now))).toBe(`accepted ${doctorId}`);
  });

  it('when an authority above it has expired or may not have made the one below', async () => {
    const expired = [der('issuer-expired'), derIn(pki.authority('expired-persons').certificate)];
    expect(told(await judgeCard(expired, rules, now))).toBe('expired');
    expect(told(await judgeCard(expired, rules, instantOf(now - 15 * day)))).toBe(`accepted ${doctorId}`);
    const beyond = [der('beyond-pathlen'), derIn(pki.authority('beyond-pathlen').certificate)];
    expect(told(await judgeCard(beyond, rules, now))).toBe('invalid-path');
    // Nothing else is wrong with it: where that authority itself is trusted, it counts.
    const itself = readCertificate(derIn(pki.authority('beyond-pathlen').certificate));
    const trust = { ...rules.trust, anchors: itself === undefined ? [] : [itself] };
    expect(told(await judgeCard(beyond, { ...rules, trust }, now))).toBe(`accepted ${doctorId}`);
  });

  it('when it holds something critical that nobody here understands', async () => {
    expect(told(await judge('unknown-critical'))).toBe('invalid-path');
  });

  it('when it is an authority itself, or no certificate at all', async () => {
    const chain = [derIn(pki.authority('persons').certificate)];
    expect(told(await judgeCard(chain, rules, now))).toBe('wrong-usage');
    expect(told(await judgeCard([], rules, now))).toBe('malformed');
    expect(told(await judgeCard([new Uint8Array([0x30, 0])], rules, now))).toBe('malformed');
    expect(
      told(
        await judgeCard(
          Array.from({ length: 9 }, () => der('doctor')),
          rules,
          now,
        ),
      ),
    ).toBe('malformed');
  });

  it('when it was revoked, or when nobody can say (A220)', async () => {
    const saying = (check: Revocation['check']): CardRules => ({ ...rules, revocation: { check } });
    const revoked = saying(async ({ leaf }) => ({ status: 'revoked', fingerprint: leaf.fingerprint }));
    expect(told(await judge('doctor', revoked))).toBe('revoked');
    const unknown = saying(async () => ({ status: 'unknown', because: 'no list' }));
    expect(await judge('doctor', unknown)).toMatchObject({
      reason: 'revocation-unknown',
      because: 'no list',
    });
    const broken = saying(() => Promise.reject(new Error('disk')));
    expect(told(await judge('doctor', broken))).toBe('revocation-unknown');
    // A verdict of no kind it knows is no good one.
    const strange = saying(async () => ({ status: 'fine' }) as never);
    expect(told(await judge('doctor', strange))).toBe('revocation-unknown');
  });
});

describe('a way up that goes in circles', () => {
  it('ends: two authorities that sign each other are no anchor', async () => {
    const two = await import('./ring.ts').then(({ makeRing }) => makeRing());
    const started = Date.now();
    expect(await verifyChain(two, rules.trust, now)).toEqual({ outcome: 'refused', reason: 'untrusted' });
    expect(Date.now() - started).toBeLessThan(2000);
  });
});

describe('files of trust', () => {
  it('are refused when a root is none, or nothing is in them', () => {
    const read = (anchors: string): unknown =>
      readTrust({ anchors, intermediates: undefined, issuers: undefined });
    expect(() => read(pki.intermediates)).toThrow(TrustError);
    expect(() => read(pki.leaf('doctor').certificate)).toThrow(TrustError);
    expect(() => read(pki.leaf('doctor').key)).toThrow(TrustError);
    expect(() => read(pki.anchors)).not.toThrow();
  });
});

describe('PS_IdNat', () => {
  it('is read by its first digit, with the check digit of an RPPS over eleven digits', () => {
    expect(parsePsIdNat('899700218896')).toEqual({
      kind: 'professional',
      register: 'rpps',
      number: '99700218896',
    });
    expect(parsePsIdNat('899700218897')).toBeUndefined();
    expect(parsePsIdNat('000B7010446')).toMatchObject({ kind: 'professional', register: 'adeli' });
    expect(parsePsIdNat('30B0168811/CPET00001')).toEqual({
      kind: 'staff',
      structure: '0B0168811',
      internal: 'CPET00001',
    });
    expect(parsePsIdNat(namedStaffId)).toMatchObject({ kind: 'staff', internal: 'CPAT0001' });
    for (const none of [
      '',
      '8',
      'Serveur',
      '99700218896',
      '8997002188961',
      ' 899700218896',
      '899700218896/1',
      '318751275100020',
    ])
      expect(parsePsIdNat(none)).toBeUndefined();
  });
});

describe('a name that is there twice', () => {
  it('names nobody: the portal might read the other one', async () => {
    const name = `/C=FR/CN=${pharmacistId}/title=Médecin/CN=${doctorId}+SN=MEDECINESSAI0021889+GN=ROBERT`;
    const leaf = await pki.issue({ issuer: 'persons', name, policy: policyOids.personAuthentication });
    expect(told(await judgeCard([derIn(leaf.certificate)], rules, now))).toBe('no-name');
    const verified = await verifyChain([derIn(leaf.certificate)], rules.trust, now);
    expect(verified.outcome === 'sound' && holderOf(verified.chain, rules.holder)).toEqual({
      outcome: 'refused',
      reason: 'no-name',
    });
  });
});

// Assertions as a hostile or careless browser would send them. Beside each refusal stands the bare library, which
// accepts: what it leaves to its caller is what is tested here.
import {
  type AuthenticationResponseJSON,
  type VerifyAuthenticationResponseOpts,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import { describe, expect, it } from 'vitest';
import type { WebAuthnFactor } from '../factor.ts';
import type { AccountId, FactorId } from '../ids.ts';
import { fakeRandom } from '../testing/fakes.ts';
import {
  type SoftwareAuthenticatorSetting,
  softwareAuthenticator,
} from '../testing/software-authenticator.ts';
import { instantOf } from '../time.ts';
import { type AssertionVerdict, assertionOptions, readAssertion, verifyAssertion } from './assertion.ts';
import { registrationOptions, verifyRegistration } from './registration.ts';

const random = fakeRandom('assertion');
const site = 'https://portail.example';
const relyingParty = { id: 'portail.example', name: 'Portail', origins: [site] } as const;
const policy = { attestation: 'none', backupEligible: 'allowed' } as const;
const account = 'ana' as AccountId;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

async function enrolled(setting: Partial<SoftwareAuthenticatorSetting> = {}) {
  const authenticator = softwareAuthenticator({ random, ...setting });
  const options = await registrationOptions({
    relyingParty,
    account,
    displayName: '',
    userHandle: random(32),
    challenge: random(32),
    exclude: [],
    policy,
  });
  const response = await authenticator.create(options, site);
  const verdict = await verifyRegistration({ response, challenge: options.challenge, relyingParty, policy });
  if (verdict.outcome !== 'verified') throw new Error('the setting of this test does not hold');
  const kept = {
    name: '',
    addedAt: instantOf(0),
    activeFrom: instantOf(0),
    id: 'fac_x' as FactorId,
    account,
  };
  const factor: WebAuthnFactor = {
    kind: 'webauthn',
    ...kept,
    userHandle: options.user.id,
    ...verdict.credential,
  };
  return { authenticator, factor };
}

interface Show {
  /** At registration. */
  readonly setting?: Partial<SoftwareAuthenticatorSetting>;
  /** Between registration and assertion. */
  readonly later?: Partial<SoftwareAuthenticatorSetting>;
  readonly origin?: string;
  readonly rpId?: string;
  readonly change?: (response: AuthenticationResponseJSON) => unknown;
  readonly stored?: Partial<WebAuthnFactor>;
  /** What the bare library is asked without. */
  readonly weaker?: Partial<VerifyAuthenticationResponseOpts>;
}

interface Judged {
  readonly ours: AssertionVerdict;
  readonly bare: boolean;
}

/** One answer, judged by us and by the library alone. */
async function judge({
  setting,
  later = {},
  origin = site,
  rpId,
  change = (same) => same,
  stored,
  weaker,
}: Show = {}): Promise<Judged> {
  const { authenticator, factor } = await enrolled(setting);
  authenticator.set(later);
  const options = await assertionOptions({ relyingParty, challenge: random(32), allow: [factor] });
  const response = change(await authenticator.get({ ...options, ...(rpId && { rpId }) }, origin));
  const ours = await verifyAssertion({
    response,
    challenge: options.challenge,
    relyingParty,
    factor: { ...factor, ...stored },
  });
  return { ours, bare: await bareAccepts(response, options.challenge, factor, weaker) };
}

async function bareAccepts(
  response: unknown,
  expectedChallenge: string,
  factor: WebAuthnFactor,
  weaker: Show['weaker'] = {},
): Promise<boolean> {
  const asked = {
    response: response as AuthenticationResponseJSON,
    expectedChallenge,
    expectedOrigin: site,
    expectedRPID: 'portail.example',
  };
  const publicKey = Uint8Array.from(Buffer.from(factor.publicKey, 'base64url'));
  const credential = { id: factor.credentialId, publicKey, counter: 0 };
  return verifyAuthenticationResponse({ ...asked, credential, ...weaker }).then(
    ({ verified }) => verified,
    () => false,
  );
}

/** Milliseconds of the fastest of some runs: other work on the machine makes a run slower, never faster. */
async function fastestOf(runs: number, run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  const took = performance.now() - start;
  return runs === 1 ? took : Math.min(took, await fastestOf(runs - 1, run));
}

const refusedAs = (reason: string): object => ({ ours: { outcome: 'refused', reason }, bare: true });
const bad = { outcome: 'refused', reason: 'bad-assertion' };

describe('an assertion', () => {
  it.each(['ES256', 'EdDSA'] as const)(
    'with %s is verified, and gives the counter without judging it',
    async (algorithm) => {
      const { ours } = await judge({ setting: { algorithm, counter: 100 }, later: { counter: 3 } });
      expect(ours).toEqual({ outcome: 'verified', signCount: 3, backedUp: false });
    },
  );

  it('says whether the key is backed up now', async () => {
    const { ours } = await judge({ setting: { backupEligible: true }, later: { backedUp: true } });
    expect(ours).toMatchObject({ outcome: 'verified', backedUp: true });
  });

  it('without a user handle is verified: keys that keep none send none', async () => {
    const without = ({
      response: { userHandle: _, ...response },
      ...rest
    }: AuthenticationResponseJSON): unknown => ({ ...rest, response });
    expect((await judge({ change: without })).ours.outcome).toBe('verified');
  });
});

describe('the counter', () => {
  it('cannot raise an alarm without a signature: the library throws before it has looked at one', async () => {
    const { authenticator, factor } = await enrolled({ counter: 100 });
    const options = await assertionOptions({ relyingParty, challenge: random(32), allow: [factor] });
    authenticator.set({ counter: 3 });
    const sound = await authenticator.get(options, site);
    const forged = { ...sound, response: { ...sound.response, signature: text(random(70)) } };
    const publicKey = Uint8Array.from(Buffer.from(factor.publicKey, 'base64url'));
    const asked = {
      response: forged,
      expectedChallenge: options.challenge,
      expectedOrigin: site,
      expectedRPID: 'portail.example',
    };
    const library = verifyAuthenticationResponse({
      ...asked,
      credential: { id: factor.credentialId, publicKey, counter: 100 },
    });
    await expect(library).rejects.toThrow('counter');
    expect(
      await verifyAssertion({ response: forged, challenge: options.challenge, relyingParty, factor }),
    ).toEqual(bad);
  });
});

describe('the credential', () => {
  it('is the one of the factor; the library verifies under any id (A172)', async () => {
    const other = text(random(32));
    expect(await judge({ change: (sound) => ({ ...sound, id: other, rawId: other }) })).toEqual(
      refusedAs('bad-assertion'),
    );
  });

  it('has one id, not two (A172)', async () => {
    const { ours } = await judge({ change: (sound) => ({ ...sound, rawId: text(random(32)) }) });
    expect(ours).toEqual({ outcome: 'refused', reason: 'malformed' });
  });

  it('belongs to the account; the library does not read the user handle (A172, A181)', async () => {
    const foreign = (sound: AuthenticationResponseJSON): unknown => ({
      ...sound,
      response: { ...sound.response, userHandle: text(random(32)) },
    });
    expect(await judge({ change: foreign })).toEqual(refusedAs('bad-assertion'));
  });

  it('did not turn from device-bound to copyable, or back (WebAuthn L3 section 7.2 step 18)', async () => {
    expect(await judge({ later: { backupEligible: true } })).toEqual(refusedAs('bad-assertion'));
    expect(await judge({ setting: { backupEligible: true }, later: { backupEligible: false } })).toEqual(
      refusedAs('bad-assertion'),
    );
  });

  it('has a key we would accept today, also when another was stored', async () => {
    const { ours } = await judge({ stored: { publicKey: text(Buffer.from('a301020326', 'hex')) } });
    expect(ours).toEqual(bad);
  });

  it('is claimed, not proved, by what readAssertion reads', async () => {
    let sent: unknown;
    await judge({
      change: (sound) => (sent = { ...sound, response: { ...sound.response, signature: 'AA' } }),
    });
    expect(readAssertion(sent)?.id).toMatch(/^[\w-]{43}$/);
    expect(
      [undefined, 7, {}, { id: 'AAAA' }, { id: {}, rawId: {}, type: 'public-key', response: {} }].map(
        readAssertion,
      ),
    ).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});

describe('a signature', () => {
  it.each(['AA', 'AAAAAAAA'])('with %s behind it is refused; the library takes it (A169)', async (tail) => {
    const longer = (same: AuthenticationResponseJSON): unknown => {
      const bytes = Buffer.concat([
        Buffer.from(same.response.signature, 'base64url'),
        Buffer.from(tail, 'base64url'),
      ]);
      return { ...same, response: { ...same.response, signature: bytes.toString('base64url') } };
    };
    expect(await judge({ change: longer })).toEqual(refusedAs('bad-assertion'));
  });
});

describe('a frame of another site', () => {
  it('is refused; the library takes one that does not say where it stands (A175)', async () => {
    expect(await judge({ later: { clientExtras: { crossOrigin: true } } })).toEqual(
      refusedAs('bad-assertion'),
    );
  });

  it('is refused also when it says where it stands', async () => {
    const clientExtras = { crossOrigin: true, topOrigin: 'https://evil.test' };
    expect(
      await judge({ later: { clientExtras }, weaker: { expectedTopOrigin: 'https://evil.test' } }),
    ).toEqual(refusedAs('bad-assertion'));
  });
});

describe('another site', () => {
  const phishing = 'https://portail.example.evil.test';

  it('gets no answer out of a browser for our domain, and none of our keys for its own', async () => {
    await expect(judge({ origin: phishing })).rejects.toThrow('SecurityError');
    await expect(judge({ origin: phishing, rpId: 'evil.test' })).rejects.toThrow('NotAllowedError');
  });

  it('is refused by its origin when the browser is no help (A167)', async () => {
    const { ours, bare } = await judge({
      origin: phishing,
      later: { browserChecksDomain: false },
      weaker: { expectedOrigin: phishing },
    });
    expect({ ours, bare }).toEqual(refusedAs('bad-assertion'));
  });
});

describe('the person', () => {
  it('was verified (A170)', async () => {
    const { ours, bare } = await judge({
      later: { userVerified: false },
      weaker: { requireUserVerification: false },
    });
    expect({ ours, bare }).toEqual(refusedAs('bad-assertion'));
  });

  it('was present; one option of the library would stop asking (A170)', async () => {
    const weaker = { advancedFIDOConfig: { userVerification: 'required' } } as const;
    expect(await judge({ later: { userPresent: false }, weaker })).toEqual(refusedAs('bad-assertion'));
  });
});

describe('backup', () => {
  it('is not possible for a key that may not be backed up (A170)', async () => {
    expect((await judge({ later: { backedUp: true } })).ours).toEqual(bad);
  });
});

describe('the challenge', () => {
  it('is the one of this ceremony (A166)', async () => {
    const { authenticator, factor } = await enrolled();
    const [first, second] = await Promise.all(
      [1, 2].map(() => assertionOptions({ relyingParty, challenge: random(32), allow: [factor] })),
    );
    if (first === undefined || second === undefined) throw new Error('two challenges were asked for');
    const response = await authenticator.get(first, site);
    const ask = (challenge: string): Promise<AssertionVerdict> =>
      verifyAssertion({ response, challenge, relyingParty, factor });
    expect((await ask(first.challenge)).outcome).toBe('verified');
    expect(await ask(second.challenge)).toEqual(bad);
    expect(await ask('')).toEqual(bad);
    // Single use is the store's: the same answer to the same challenge is right again here.
    expect((await ask(first.challenge)).outcome).toBe('verified');
  });
});

describe('a signature', () => {
  it('that is wrong gives nothing, where the library fills in a whole result', async () => {
    const { authenticator, factor } = await enrolled({ algorithm: 'EdDSA' });
    const options = await assertionOptions({ relyingParty, challenge: random(32), allow: [factor] });
    const sound = await authenticator.get(options, site);
    const response = { ...sound, response: { ...sound.response, signature: text(random(64)) } };
    expect(await verifyAssertion({ response, challenge: options.challenge, relyingParty, factor })).toEqual(
      bad,
    );
    const publicKey = Uint8Array.from(Buffer.from(factor.publicKey, 'base64url'));
    const asked = {
      response,
      expectedChallenge: options.challenge,
      expectedOrigin: site,
      expectedRPID: 'portail.example',
    };
    const library = await verifyAuthenticationResponse({
      ...asked,
      credential: { id: factor.credentialId, publicKey, counter: 0 },
    });
    expect(library).toMatchObject({
      verified: false,
      authenticationInfo: { credentialID: factor.credentialId },
    });
  });

  it('of a registration is none of an assertion (A169)', async () => {
    const asCreate = (sound: AuthenticationResponseJSON): unknown => {
      const client = JSON.parse(Buffer.from(sound.response.clientDataJSON, 'base64url').toString()) as object;
      return {
        ...sound,
        response: {
          ...sound.response,
          clientDataJSON: text(Buffer.from(JSON.stringify({ ...client, type: 'webauthn.create' }))),
        },
      };
    };
    expect((await judge({ change: asCreate })).ours).toEqual(bad);
  });
});

describe('what is sent', () => {
  const field =
    (name: 'authenticatorData' | 'signature' | 'clientDataJSON', value: unknown) =>
    (sound: AuthenticationResponseJSON) => ({
      ...sound,
      response: { ...sound.response, [name]: value },
    });

  it.each([
    field('signature', ''),
    field('signature', 7),
    field('signature', 'A'.repeat(70_000)),
    field('authenticatorData', ['AA']),
    field('clientDataJSON', 'e30='),
    field('clientDataJSON', 'AAAA'),
  ])('may be malformed in way %#, and is called so', async (change) => {
    expect((await judge({ change })).ours).toEqual({ outcome: 'refused', reason: 'malformed' });
  });

  it('may be well written and senseless, and is refused without a throw', async () => {
    for (const change of [
      field('signature', 'AA'),
      field('authenticatorData', 'AA'),
      field('authenticatorData', 'A'.repeat(40_000)),
    ]) {
      expect((await judge({ change })).ours).toEqual(bad);
    }
  });

  it.each([
    ['arrays in arrays', 0x81],
    ['tags on tags', 0xc1],
    ['an array without an end', 0x9f],
  ])('may hold extensions of %s, and is refused within 50 ms (A179)', async (_name, byte) => {
    const { factor } = await enrolled();
    const { authenticator } = await enrolled();
    const options = await assertionOptions({ relyingParty, challenge: random(32), allow: [] });
    const sound = await authenticator.get(options, site);
    const bytes = Buffer.concat([
      Buffer.from(sound.response.authenticatorData, 'base64url'),
      Buffer.alloc(40_000, byte),
    ]);
    bytes[32] = (bytes[32] ?? 0) | 0x80;
    const { userHandle: _, ...response } = { ...sound.response, authenticatorData: text(bytes) };
    const answer = { ...sound, id: factor.credentialId, rawId: factor.credentialId, response };
    const judged = (): Promise<AssertionVerdict> =>
      verifyAssertion({ response: answer, challenge: options.challenge, relyingParty, factor });
    expect(await judged()).toEqual(bad);
    expect(await fastestOf(3, judged)).toBeLessThan(50);
  });
});

describe('the options', () => {
  it('ask for a verified person and for the keys of the account alone', async () => {
    const { factor } = await enrolled();
    const options = await assertionOptions({ relyingParty, challenge: random(32), allow: [factor] });
    expect(options).toMatchObject({ rpId: 'portail.example', userVerification: 'required' });
    expect(options.allowCredentials).toEqual([
      { id: factor.credentialId, type: 'public-key', transports: ['internal'] },
    ]);
  });
});

// Registrations as a hostile or careless browser would send them. Beside each refusal stands the bare library, which
// accepts: what it leaves to its caller is what is tested here.
import { encodeCBOR } from '@levischuck/tiny-cbor';
import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  type VerifyRegistrationResponseOpts,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { describe, expect, it } from 'vitest';
import type { AccountId } from '../ids.ts';
import { attestationAuthority } from '../testing/attestation-authority.ts';
import { attestationObject, authenticatorBytes, clientJson } from '../testing/authenticator-bytes.ts';
import { fakeClock, fakeRandom } from '../testing/fakes.ts';
import { coseKey, privateKeyOf } from '../testing/key-pair.ts';
import {
  type SoftwareAuthenticatorSetting,
  softwareAuthenticator,
} from '../testing/software-authenticator.ts';
import { pinnedRoots } from './metadata.ts';
import {
  type AuthenticatorPolicy,
  type RegistrationVerdict,
  type RelyingParty,
  registrationOptions,
  verifyRegistration,
} from './registration.ts';

const random = fakeRandom('registration');
// The library reads the machine's clock for the certificate of the model.
const clock = fakeClock(Date.now());
const site = 'https://portail.example';
const relyingParty: RelyingParty = { id: 'portail.example', name: 'Portail', origins: [site] };
const aaguid = '00112233-4455-6677-8899-aabbccddeeff';
const maker = attestationAuthority(random, clock.now());
const open: AuthenticatorPolicy = { attestation: 'none', backupEligible: 'allowed' };
const trusting: AuthenticatorPolicy = {
  ...open,
  attestation: 'trusted',
  metadata: pinnedRoots({ [aaguid]: [maker.root] }, clock),
};
const account = 'ana' as AccountId;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

const optionsFor = (policy: AuthenticatorPolicy = open): Promise<PublicKeyCredentialCreationOptionsJSON> =>
  registrationOptions({
    relyingParty,
    account,
    displayName: 'Ana',
    userHandle: random(32),
    challenge: random(32),
    exclude: [],
    policy,
  });

interface Enrolment {
  readonly setting?: Partial<SoftwareAuthenticatorSetting>;
  readonly policy?: AuthenticatorPolicy;
  readonly origin?: string;
  readonly options?: Partial<PublicKeyCredentialCreationOptionsJSON>;
  readonly change?: (response: RegistrationResponseJSON) => unknown;
  /** What the bare library is asked without. */
  readonly weaker?: Partial<VerifyRegistrationResponseOpts>;
}

interface Judged {
  readonly ours: RegistrationVerdict;
  readonly bare: boolean;
}

/** One answer, judged by us and by the library alone. */
async function judge({
  setting,
  policy = open,
  origin = site,
  options = {},
  change = (same) => same,
  weaker,
}: Enrolment = {}): Promise<Judged> {
  const asked = { ...(await optionsFor(policy)), ...options };
  const authenticator = softwareAuthenticator({ random, aaguid, ...setting });
  const response = change(await authenticator.create(asked, origin));
  const ours = await verifyRegistration({ response, challenge: asked.challenge, relyingParty, policy });
  return { ours, bare: await bareAccepts(response, asked.challenge, weaker) };
}

async function bareAccepts(
  response: unknown,
  challenge: string,
  weaker: Enrolment['weaker'] = {},
): Promise<boolean> {
  const asked = {
    response: response as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: site,
    expectedRPID: 'portail.example',
  };
  return verifyRegistrationResponse({ ...asked, ...weaker }).then(
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

/** An answer written by hand, for what no authenticator of ours would send. */
async function crafted(
  change: { readonly id?: Uint8Array; readonly key?: Uint8Array; readonly rpId?: string } = {},
): Promise<Judged> {
  const {
    id = random(32),
    key = coseKey(privateKeyOf(random, 'ES256'), 'ES256'),
    rpId = 'portail.example',
  } = change;
  return judge({
    change: (sound) => {
      const client = Buffer.from(sound.response.clientDataJSON, 'base64url');
      const flags = { userPresent: true, userVerified: true, backupEligible: false, backedUp: false };
      const bytes = authenticatorBytes({ rpId, flags, signCount: 0, attested: { aaguid, id, key } });
      const response = { ...sound.response, attestationObject: text(attestationObject(bytes, client)) };
      return { ...sound, id: text(id), rawId: text(id), response };
    },
  });
}

describe('a registration', () => {
  it.each(['ES256', 'EdDSA'] as const)(
    'with %s is verified, and says what will be kept',
    async (algorithm) => {
      const { ours } = await judge({
        setting: { algorithm, counter: 7, backupEligible: true, backedUp: true },
      });
      expect(ours).toMatchObject({
        outcome: 'verified',
        credential: {
          signCount: 7,
          transports: ['internal'],
          aaguid,
          backupEligible: true,
          backedUp: true,
          attested: false,
        },
      });
    },
  );

  it('with self attestation is verified, and not called attested', async () => {
    const { ours } = await judge({ setting: { attestation: 'self' } });
    expect(ours).toMatchObject({ outcome: 'verified', credential: { attested: false } });
  });

  it('is not called attested because an authenticator names a model', async () => {
    const { ours } = await judge({ setting: { aaguid } });
    expect(ours).toMatchObject({ credential: { aaguid, attested: false } });
  });
});

describe('the id', () => {
  it('that is claimed must be the one the authenticator data name; the library does not compare them (A172)', async () => {
    const other = text(random(32));
    expect(await judge({ change: (sound) => ({ ...sound, id: other, rawId: other }) })).toEqual(
      refusedAs('bad-assertion'),
    );
  });

  it('has sixteen bytes or more: the library takes one', async () => {
    expect(await crafted({ id: random(15) })).toEqual(refusedAs('bad-assertion'));
    expect((await crafted({ id: random(16) })).ours.outcome).toBe('verified');
  });

  it('has 1023 bytes or fewer: the library takes more (A173)', async () => {
    expect(await crafted({ id: random(1024) })).toEqual(refusedAs('malformed'));
    expect((await crafted({ id: random(1023) })).ours.outcome).toBe('verified');
  });
});

describe('a frame of another site', () => {
  it.each([
    { crossOrigin: true },
    { crossOrigin: true, topOrigin: 'https://evil.test' },
    { topOrigin: 'https://evil.test' },
  ])('is refused, %j; the library looks at none of it (A175)', async (clientExtras) =>
    expect(await judge({ setting: { clientExtras } })).toEqual(refusedAs('bad-assertion')),
  );
});

describe('another site', () => {
  const phishing = 'https://portail.example.evil.test';

  it('gets no answer out of a browser', async () => {
    await expect(judge({ origin: phishing })).rejects.toThrow('SecurityError');
  });

  it('is refused by its origin when the browser is no help (A167)', async () => {
    const { ours } = await judge({ origin: phishing, setting: { browserChecksDomain: false } });
    expect(ours).toEqual({ outcome: 'refused', reason: 'bad-assertion' });
  });

  it('is refused by its domain when it lies about its origin; without expectedRPID the library checks none', async () => {
    const { ours, bare } = await judge({
      options: { rp: { id: 'evil.test', name: 'evil' } },
      setting: { browserChecksDomain: false },
      weaker: { expectedRPID: undefined as unknown as string },
    });
    expect({ ours, bare }).toEqual(refusedAs('bad-assertion'));
  });
});

describe('the person', () => {
  it('was verified, whatever the page made of the options (A170)', async () => {
    const { ours, bare } = await judge({
      setting: { userVerified: false },
      weaker: { requireUserVerification: false },
    });
    expect({ ours, bare }).toEqual(refusedAs('bad-assertion'));
  });

  it('was present (A170)', async () => {
    const { ours, bare } = await judge({
      setting: { userPresent: false },
      weaker: { requireUserPresence: false },
    });
    expect({ ours, bare }).toEqual(refusedAs('bad-assertion'));
  });
});

describe('backup', () => {
  it('is not possible for a key that may not be backed up (A170)', async () => {
    const { ours } = await judge({ setting: { backupEligible: false, backedUp: true } });
    expect(ours).toEqual({ outcome: 'refused', reason: 'bad-assertion' });
  });

  it('is refused by policy, at the server and not only in the options', async () => {
    const policy = { ...open, backupEligible: 'refused' } as const;
    expect(await judge({ policy, setting: { backupEligible: true } })).toEqual(
      refusedAs('attestation-refused'),
    );
    expect((await judge({ policy })).ours.outcome).toBe('verified');
  });
});

describe('attestation that is asked for (A176)', () => {
  const attestation = maker.issue({ aaguid });

  it('is accepted from a trusted maker', async () => {
    const { ours } = await judge({ policy: trusting, setting: { attestation } });
    expect(ours).toMatchObject({ outcome: 'verified', credential: { attested: true, aaguid } });
  });

  const stranger = attestationAuthority(random, clock.now());
  it.each([
    ['none', 'none' as const],
    ['its own word', 'self' as const],
    ['a maker nobody knows', stranger.issue({ aaguid })],
  ])('is not %s, which the library takes', async (_name, other) => {
    expect(await judge({ policy: trusting, setting: { attestation: other } })).toEqual(
      refusedAs('attestation-refused'),
    );
  });

  it('is not of a model that is not listed, or not known', async () => {
    const unlisted = { ...trusting, aaguids: ['ffffffff-ffff-ffff-ffff-ffffffffffff'] };
    expect(await judge({ policy: unlisted, setting: { attestation } })).toEqual(
      refusedAs('attestation-refused'),
    );
    const listed = { ...trusting, aaguids: [aaguid] };
    expect((await judge({ policy: listed, setting: { attestation } })).ours.outcome).toBe('verified');
    const unknown = { ...trusting, metadata: pinnedRoots({}, clock) };
    expect(await judge({ policy: unknown, setting: { attestation } })).toEqual(
      refusedAs('attestation-refused'),
    );
  });

  it('is not of one model with the certificate of another', async () => {
    const borrowed = maker.issue({ aaguid: 'ffffffff-ffff-ffff-ffff-ffffffffffff' });
    expect((await judge({ policy: trusting, setting: { attestation: borrowed } })).ours.outcome).toBe(
      'refused',
    );
  });

  it('is not past its time, has the right unit, and is no authority', async () => {
    for (const wrong of [{ notAfter: clock.now() - 1000 }, { unit: 'Elsewhere' }, { authority: true }]) {
      const { ours } = await judge({
        policy: trusting,
        setting: { attestation: maker.issue({ aaguid, ...wrong }) },
      });
      expect(ours.outcome).toBe('refused');
    }
  });

  it('is nothing at all without metadata', async () => {
    const blind: AuthenticatorPolicy = { ...open, attestation: 'trusted' };
    expect(await judge({ policy: blind, setting: { attestation } })).toEqual(
      refusedAs('attestation-refused'),
    );
  });
});

describe('attestation that is not asked for', () => {
  it('is not looked at: no certificate of a stranger is parsed', async () => {
    expect(await judge({ setting: { attestation: maker.issue({ aaguid }) } })).toEqual(
      refusedAs('attestation-refused'),
    );
  });

  it('does not let a list of models pass for a check', async () => {
    expect(await judge({ policy: { ...open, aaguids: [aaguid] } })).toEqual(refusedAs('attestation-refused'));
  });
});

describe('the key', () => {
  const members = (n: Uint8Array, e: Uint8Array): Uint8Array =>
    encodeCBOR(
      new Map<number, number | Uint8Array>([
        [1, 3],
        [3, -257],
        [-1, n],
        [-2, e],
      ]),
    );

  it('is not one that is weak or slow, which the library would keep', async () => {
    expect(await crafted({ key: members(new Uint8Array(64).fill(255), Uint8Array.of(1, 0, 1)) })).toEqual(
      refusedAs('bad-assertion'),
    );
    expect(
      await crafted({ key: members(new Uint8Array(512).fill(255), new Uint8Array(512).fill(255)) }),
    ).toEqual(refusedAs('bad-assertion'));
  });

  it('has the curve of its algorithm, which the library would not compare', async () => {
    const key = encodeCBOR(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 3],
        [-2, random(66)],
        [-3, random(66)],
      ]),
    );
    expect(await crafted({ key })).toEqual(refusedAs('bad-assertion'));
  });
});

describe('what is sent', () => {
  const object = (change: (bytes: Buffer) => Uint8Array) => (sound: RegistrationResponseJSON) => ({
    ...sound,
    response: {
      ...sound.response,
      attestationObject: text(change(Buffer.from(sound.response.attestationObject, 'base64url'))),
    },
  });
  const client = (change: (json: string) => string) => (sound: RegistrationResponseJSON) => ({
    ...sound,
    response: {
      ...sound.response,
      clientDataJSON: text(
        Buffer.from(change(Buffer.from(sound.response.clientDataJSON, 'base64url').toString())),
      ),
    },
  });

  it('has nothing after the attestation object: the library does not look (A179)', async () => {
    expect(await judge({ change: object((bytes) => Buffer.concat([bytes, Buffer.from([0])])) })).toEqual(
      refusedAs('malformed'),
    );
  });

  it('has each name once: the library takes the last (A169)', async () => {
    expect(await judge({ change: client((json) => json.replace('{', '{"type":"webauthn.get",')) })).toEqual(
      refusedAs('malformed'),
    );
  });

  it('has no byte order mark: the library drops it (A169)', async () => {
    expect(await judge({ change: client((json) => `\ufeff${json}`) })).toEqual(refusedAs('malformed'));
  });

  it('has no padding: the library drops it (A169)', async () => {
    const padded = (sound: RegistrationResponseJSON): unknown => ({
      ...sound,
      response: { ...sound.response, clientDataJSON: `${sound.response.clientDataJSON}==` },
    });
    expect((await judge({ change: padded })).ours).toEqual({ outcome: 'refused', reason: 'malformed' });
  });

  it('may be anything at all, and is refused without a throw', async () => {
    for (const response of [
      undefined,
      null,
      0,
      '',
      [],
      {},
      { response: {} },
      new Date(),
      JSON.parse('{"__proto__":{"id":"x"}}'),
    ]) {
      expect((await judge({ change: () => response })).ours).toEqual({
        outcome: 'refused',
        reason: 'malformed',
      });
    }
  });

  it('gives nothing of itself or of the challenge away in a refusal, as the library would in its message', async () => {
    const { challenge } = await optionsFor();
    const { ours } = await judge({ options: { challenge: 'AAAA' }, change: (sound) => sound });
    expect(ours.outcome).toBe('verified');
    const options = await optionsFor();
    const response = await softwareAuthenticator({ random }).create(options, site);
    expect(await verifyRegistration({ response, challenge, relyingParty, policy: open })).toEqual({
      outcome: 'refused',
      reason: 'bad-assertion',
    });
    const library = verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: site,
      expectedRPID: 'portail.example',
    });
    await expect(library).rejects.toThrow(challenge);
  });

  const deep = (open: number, close = Buffer.alloc(0)): Uint8Array =>
    Buffer.concat([Buffer.alloc(40_000, open), close]);
  it.each([
    ['arrays in arrays', deep(0x81)],
    ['tags on tags', deep(0xc1)],
    ['maps in maps', deep(0xa1)],
    ['an array of 2^32 members', Buffer.from('9affffffff00', 'hex')],
    ['a map of 2^53 members', Buffer.from('bb001fffffffffffff0000', 'hex')],
    ['bytes of 2^53', Buffer.from('5b001fffffffffffff00', 'hex')],
    ['an array without an end', deep(0x9f)],
    ['a key twice', Buffer.from('a363666d74646e6f6e6563666d74646e6f6e656761747453746d74a0', 'hex')],
    ['a float for a key', Buffer.from('a1fb3ff000000000000000', 'hex')],
    ['nothing', Buffer.from('a0', 'hex')],
  ])('may be CBOR with %s, and is refused within 50 ms (A179)', async (_name, bytes) => {
    const { challenge } = await optionsFor();
    const id = text(random(32));
    const clientDataJSON = text(clientJson('webauthn.create', challenge, site));
    const response = {
      id,
      rawId: id,
      type: 'public-key',
      response: { clientDataJSON, attestationObject: text(bytes) },
    };
    const judged = (): Promise<RegistrationVerdict> =>
      verifyRegistration({ response, challenge, relyingParty, policy: trusting });
    expect(await judged()).toEqual({ outcome: 'refused', reason: 'malformed' });
    expect(await fastestOf(3, judged)).toBeLessThan(50);
  });
});

describe('the options', () => {
  it('ask for a verified person, pinned algorithms, and attestation only where it is judged', async () => {
    const [plain, attested] = [await optionsFor(), await optionsFor(trusting)];
    expect(plain.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-8, -7, -257]);
    expect(plain.authenticatorSelection).toMatchObject({
      userVerification: 'required',
      residentKey: 'preferred',
    });
    expect([plain.attestation, attested.attestation]).toEqual(['none', 'direct']);
  });

  it('name the credentials held, so that none is enrolled twice', async () => {
    const authenticator = softwareAuthenticator({ random });
    const first = await authenticator.create(await optionsFor(), site);
    const again = {
      ...(await optionsFor()),
      excludeCredentials: [{ id: first.id, type: 'public-key' as const }],
    };
    await expect(authenticator.create(again, site)).rejects.toThrow('InvalidStateError');
  });

  it('of one call leave no trace in the next, as they do in the library', async () => {
    const request = {
      relyingParty,
      account,
      displayName: '',
      userHandle: random(32),
      challenge: random(32),
      exclude: [],
      policy: open,
    };
    const hinted = await registrationOptions({ ...request, hint: 'security-key' });
    expect(hinted).toMatchObject({
      hints: ['security-key'],
      authenticatorSelection: { authenticatorAttachment: 'cross-platform' },
    });
    expect((await registrationOptions(request)).authenticatorSelection).not.toHaveProperty(
      'authenticatorAttachment',
    );

    const bare = { rpName: 'p', rpID: 'portail.example', userName: 'ana' };
    await generateRegistrationOptions({ ...bare, preferredAuthenticatorType: 'securityKey' });
    expect((await generateRegistrationOptions(bare)).authenticatorSelection).toHaveProperty(
      'authenticatorAttachment',
    );
  });

  it('are not made with a user handle of no or of too many bytes', () => {
    const request = {
      relyingParty,
      account,
      displayName: '',
      challenge: random(32),
      exclude: [],
      policy: open,
    };
    for (const length of [0, 65])
      expect(() => registrationOptions({ ...request, userHandle: new Uint8Array(length) })).toThrow(
        TypeError,
      );
  });
});

// Metadata blobs signed by a maker that does not exist, in the place of FIDO.
import { createPrivateKey } from 'node:crypto';
import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  type AttestationAuthority,
  type AttestedModel,
  attestationAuthority,
} from '../testing/attestation-authority.ts';
import { fakeClock, fakeRandom } from '../testing/fakes.ts';
import { secondsOf } from '../time.ts';
import { type Metadata, pinnedRoots, readMetadata } from './metadata.ts';

const clock = fakeClock(Date.UTC(2026, 0, 15));
const random = fakeRandom('metadata');
const signer = attestationAuthority(random, clock.now());
const maker = attestationAuthority(random, clock.now());
const aaguid = '00112233-4455-6677-8899-aabbccddeeff';
const der = maker.root.replace(/-----[^-]+-----|\s/g, '');
const entry = (id: string, ...status: readonly string[]): object => ({
  aaguid: id,
  metadataStatement: { attestationRootCertificates: [der] },
  statusReports: status.map((one) => ({ status: one })),
});

interface Blob {
  readonly authority?: AttestationAuthority;
  readonly model?: Partial<AttestedModel>;
  readonly payload?: object;
}

async function blobOf({ authority = signer, model = {}, payload = {} }: Blob = {}): Promise<string> {
  const key = authority.issue({ aaguid, commonName: 'mds.fidoalliance.org', ...model });
  const body = { no: 1, nextUpdate: '2026-02-01', entries: [entry(aaguid, 'FIDO_CERTIFIED_L1')], ...payload };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(body)))
    .setProtectedHeader({ alg: 'ES256', x5c: key.chain.map((one) => Buffer.from(one).toString('base64')) })
    .sign(createPrivateKey(key.privateKey.export({ type: 'pkcs8', format: 'pem' })));
}

const read = async (blob: Blob | string = {}): Promise<Metadata> =>
  readMetadata({ blob: typeof blob === 'string' ? blob : await blobOf(blob), clock, roots: [signer.root] });
const refusal = { code: 'ERR_MFA_POLICY' };

describe('a metadata blob', () => {
  it('names the roots of the models in it, and of no other', async () => {
    const metadata = await read(`${await blobOf()}\n`);
    const known = metadata.model(aaguid, clock.now());
    expect(known.outcome === 'trusted' && known.roots.map(String)).toEqual([maker.root]);
    expect(metadata.model('ffffffff-ffff-ffff-ffff-ffffffffffff', clock.now())).toEqual({
      outcome: 'refused',
      reason: 'unknown-model',
    });
  });

  it.each([
    'REVOKED',
    'USER_VERIFICATION_BYPASS',
    'ATTESTATION_KEY_COMPROMISE',
    'USER_KEY_REMOTE_COMPROMISE',
    'USER_KEY_PHYSICAL_COMPROMISE',
  ])(
    'takes back its trust in a model that was %s, also when it was certified again since (A176)',
    async (status) => {
      const metadata = await read({ payload: { entries: [entry(aaguid, status, 'FIDO_CERTIFIED_L2')] } });
      expect(metadata.model(aaguid, clock.now())).toEqual({ outcome: 'refused', reason: 'compromised' });
    },
  );

  it('is good for thirty days past its next update, and then for nothing', async () => {
    const metadata = await read();
    const at = (day: number): ReturnType<Metadata['model']> =>
      metadata.model(aaguid, fakeClock(Date.UTC(2026, 1, day)).now());
    expect(at(1 + 30)).toMatchObject({ outcome: 'trusted' });
    expect(at(1 + 32)).toEqual({ outcome: 'refused', reason: 'stale' });
    const strict = await readMetadata({
      blob: await blobOf(),
      clock,
      roots: [signer.root],
      grace: secondsOf(0),
    });
    expect(strict.model(aaguid, fakeClock(Date.UTC(2026, 1, 2)).now())).toEqual({
      outcome: 'refused',
      reason: 'stale',
    });
  });

  it('is not read when another signed it', async () => {
    await expect(read({ authority: maker })).rejects.toMatchObject(refusal);
  });

  it('is not read when the signer is trusted for another name: those roots sign for half the web', async () => {
    await expect(read({ model: { commonName: 'portail.example' } })).rejects.toMatchObject(refusal);
  });

  it('is not read when the signer is past its time', async () => {
    await expect(read({ model: { notAfter: clock.now() - 1000 } })).rejects.toMatchObject(refusal);
  });

  it('is not read with one letter changed anywhere', async () => {
    const blob = await blobOf();
    for (const at of [5, blob.indexOf('.') + 30, blob.lastIndexOf('.') + 9]) {
      const letter = blob[at] === 'A' ? 'B' : 'A';
      await expect(read(blob.slice(0, at) + letter + blob.slice(at + 1))).rejects.toMatchObject(refusal);
    }
  });

  it.each([{ nextUpdate: 'soon' }, { nextUpdate: undefined }, { entries: {} }])(
    'is not read with %j in it',
    async (payload) => {
      await expect(read({ payload })).rejects.toMatchObject(refusal);
    },
  );

  it('is not read when it is no blob, or signed with nothing', async () => {
    const [, payload = ''] = (await blobOf()).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const blob of ['', 'a.b.c', `${none}.${payload}.`])
      await expect(read(blob)).rejects.toMatchObject(refusal);
  });

  it('is judged by the roots of FIDO where no other are given', async () => {
    await expect(readMetadata({ blob: await blobOf(), clock })).rejects.toMatchObject(refusal);
  });
});

describe('pinned roots', () => {
  it('trust the models named, in either spelling of their letters', () => {
    const metadata = pinnedRoots({ [aaguid.toUpperCase()]: [maker.root] }, clock);
    expect(metadata.model(aaguid, clock.now())).toMatchObject({ outcome: 'trusted' });
    expect(metadata.model('ffffffff-ffff-ffff-ffff-ffffffffffff', clock.now())).toMatchObject({
      outcome: 'refused',
    });
    expect(metadata.now()).toBe(clock.now());
  });
});

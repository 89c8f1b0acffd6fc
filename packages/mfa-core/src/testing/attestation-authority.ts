// A maker of authenticators that does not exist: its root, and the certificates its models attest with (WebAuthn L3
// section 8.2.1). Certificates are written by hand because Node reads X.509 and does not write it.
import { createPrivateKey, createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { Random } from '../random.ts';
import type { Instant } from '../time.ts';
import { bits, type Der, integer, octets, oid, sequence, set, tagged, text, time, truth } from './der.ts';
import { privateKeyOf } from './key-pair.ts';

/** What one model signs its attestation with. */
export interface AttestationKey {
  readonly privateKey: KeyObject;
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
}

/** A maker of authenticators. */
export interface AttestationAuthority {
  /** PEM. */
  readonly root: string;
  /** The key one model attests with. */
  issue(model: AttestedModel): AttestationKey;
  /** An authority under this one; its chains carry its own certificate. */
  subordinate(): AttestationAuthority;
}

/** A model, and the ways its certificate may be wrong. */
export interface AttestedModel {
  readonly aaguid: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** The organisational unit, which section 8.2.1 fixes; another one to see it refused. */
  readonly unit?: string;
  /** A common name other than that of a model: also used for a signer of metadata. */
  readonly commonName?: string;
  /** True for a leaf that wrongly says it may sign certificates. */
  readonly authority?: boolean;
}

const names = { country: '2.5.4.6', organisation: '2.5.4.10', unit: '2.5.4.11', common: '2.5.4.3' } as const;
const ecdsaSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const day = 86_400_000;

/** A self-signed root, good for a day before `now` and ten years after. */
export function attestationAuthority(random: Random, now: Instant): AttestationAuthority {
  const key = privateKeyOf(random, 'ES256');
  const name = nameOf('FR', 'Palier test maker', 'Test roots', 'Palier test root');
  const validity = { from: now - day, to: now + 3650 * day };
  const written = { issuer: name, issuerKey: key, serial: random(16), name, key, validity };
  const root = certificate({ ...written, extensions: [basicConstraints(true), keyUsage()] });
  return authority({ random, key, name, validity, above: [] }, new X509Certificate(root).toString());
}

interface Signer {
  readonly random: Random;
  readonly key: KeyObject;
  readonly name: Der;
  readonly validity: Certificate['validity'];
  /** The certificates between its leaves and the root. */
  readonly above: readonly Der[];
}

function authority(signer: Signer, root: string): AttestationAuthority {
  return {
    root,
    issue: (model) => issue(signer, model),
    subordinate: () => authority(subordinate(signer), root),
  };
}

function issue({ random, key, name: issuer, validity, above }: Signer, model: AttestedModel): AttestationKey {
  const {
    aaguid,
    unit = 'Authenticator Attestation',
    commonName = 'Palier test model',
    authority: sub = false,
  } = model;
  const privateKey = privateKeyOf(random, 'ES256');
  const leaf = certificate({
    issuer,
    issuerKey: key,
    serial: random(16),
    name: nameOf('FR', 'Palier test maker', unit, commonName),
    key: privateKey,
    validity: { from: model.notBefore ?? validity.from, to: model.notAfter ?? validity.to },
    extensions: [basicConstraints(sub), modelExtension(aaguid)],
  });
  return { privateKey, chain: [leaf, ...above] };
}

function subordinate({ random, key: issuerKey, name: issuer, validity, above }: Signer): Signer {
  const key = privateKeyOf(random, 'ES256');
  const name = nameOf(
    'FR',
    'Palier test maker',
    'Test roots',
    `Palier test intermediate ${above.length + 1}`,
  );
  const extensions = [basicConstraints(true), keyUsage()];
  const own = certificate({ issuer, issuerKey, serial: random(16), name, key, validity, extensions });
  return { random, key, name, validity, above: [own, ...above] };
}

interface Certificate {
  readonly serial: Uint8Array;
  readonly issuer: Der;
  readonly issuerKey: KeyObject;
  readonly name: Der;
  readonly key: KeyObject;
  readonly validity: { readonly from: number; readonly to: number };
  readonly extensions: readonly Der[];
}

/** RFC 5280 section 4.1. */
function certificate(asked: Certificate): Der {
  const publicKey = createPublicKey(createPrivateKey(asked.key.export({ type: 'pkcs8', format: 'pem' })));
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(asked.serial),
    ecdsaSha256,
    asked.issuer,
    sequence(time(asked.validity.from), time(asked.validity.to)),
    asked.name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...asked.extensions)),
  );
  return sequence(toBeSigned, ecdsaSha256, bits(sign('sha256', toBeSigned, asked.issuerKey)));
}

function nameOf(country: string, organisation: string, unit: string, common: string): Der {
  const values = { country, organisation, unit, common };
  const parts = Object.entries(names).map(([which, id]) =>
    set(sequence(oid(id), text(values[which as keyof typeof names]))),
  );
  return sequence(...parts);
}

function basicConstraints(authority: boolean): Der {
  return sequence(oid('2.5.29.19'), truth(), octets(authority ? sequence(truth()) : sequence()));
}

/** Certificate signing. */
function keyUsage(): Der {
  return sequence(oid('2.5.29.15'), truth(), octets(Buffer.from([0x03, 0x02, 0x02, 0x04])));
}

/** id-fido-gen-ce-aaguid: the model the certificate speaks for. */
function modelExtension(aaguid: string): Der {
  return sequence(
    oid('1.3.6.1.4.1.45724.1.1.4'),
    octets(octets(Buffer.from(aaguid.replaceAll('-', ''), 'hex'))),
  );
}

// Which authenticator models are trusted and by which roots: a FIDO Metadata Service blob read from disk (MDS 3.0), or
// roots the operator pins by hand. No network, no process-wide state: the library's own reader fetches revocation
// lists, keeps one table per process and does not refuse REVOKED.
import { X509Certificate } from 'node:crypto';
import { SettingsService } from '@simplewebauthn/server';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { MfaError } from '../errors.ts';
import { type Clock, type Instant, instantOf, type Seconds } from '../time.ts';
import { chainsToRoot } from './certificate-chain.ts';

/** What is known of a model. `stale`: the blob is past its next update and the grace given; nothing new is trusted. */
export type ModelVerdict =
  | { readonly outcome: 'trusted'; readonly roots: readonly X509Certificate[] }
  | { readonly outcome: 'refused'; readonly reason: 'unknown-model' | 'compromised' | 'stale' };

/** What is known of authenticator models. */
export interface Metadata {
  /** At this instant certificates are judged, too. */
  now(): Instant;
  /** `aaguid` in lower case with dashes. */
  model(aaguid: string, now: Instant): ModelVerdict;
}

/** A metadata blob and how long it may be trusted. */
export interface MetadataFile {
  /** The whole file: a JWS in compact form. */
  readonly blob: string;
  readonly clock: Clock;
  /** How long past `nextUpdate` the blob is still good; the service publishes monthly. Default 30 days. */
  readonly grace?: Seconds;
  /** PEM roots of the blob's own signature; without it the ones FIDO's signer uses. */
  readonly roots?: readonly string[];
}

/** The name the signer's certificate must have: its roots sign for millions of web sites, which any of them could use. */
const signerName = 'mds.fidoalliance.org';

/** Status reports after which a model proves nothing (MDS 3.0 section 3.1.4), however long ago they were. */
const compromised: ReadonlySet<unknown> = new Set([
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
  'REVOKED',
]);

interface Entry {
  readonly aaguid?: string;
  readonly metadataStatement?: { readonly attestationRootCertificates?: readonly string[] };
  readonly statusReports?: readonly { readonly status?: string }[];
}

/** Reads and verifies a blob; one that does not verify is an MfaError ERR_MFA_POLICY. Roots are parsed when asked for. */
export async function readMetadata({
  blob,
  clock,
  grace = (30 * 86_400) as Seconds,
  roots,
}: MetadataFile): Promise<Metadata> {
  const { nextUpdate, entries } = await verifiedPayload(blob.trim(), clock.now(), roots ?? signerRoots());
  const goodUntil = instantOf(Date.parse(`${nextUpdate}T23:59:59Z`) + grace * 1000);
  const models = new Map(entries.map((entry) => [entry.aaguid, entry]));
  return {
    now: () => clock.now(),
    model: (aaguid, now) =>
      now > goodUntil ? { outcome: 'refused', reason: 'stale' } : verdictOn(models.get(aaguid)),
  };
}

/** Trusts the models given, each by the PEM roots of its maker: for a house with two models and no blob. */
export function pinnedRoots(models: Readonly<Record<string, readonly string[]>>, clock: Clock): Metadata {
  const parsed = new Map(
    Object.entries(models).map(([aaguid, roots]) => [
      aaguid.toLowerCase(),
      roots.map((pem) => new X509Certificate(pem)),
    ]),
  );
  return {
    now: () => clock.now(),
    model: (aaguid) => {
      const roots = parsed.get(aaguid);
      return roots === undefined
        ? { outcome: 'refused', reason: 'unknown-model' }
        : { outcome: 'trusted', roots };
    },
  };
}

function verdictOn(entry: Entry | undefined): ModelVerdict {
  const roots = entry?.metadataStatement?.attestationRootCertificates;
  if (entry === undefined || roots === undefined) return { outcome: 'refused', reason: 'unknown-model' };
  if ((entry.statusReports ?? []).some(({ status }) => compromised.has(status)))
    return { outcome: 'refused', reason: 'compromised' };
  return { outcome: 'trusted', roots: roots.map((der) => new X509Certificate(Buffer.from(der, 'base64'))) };
}

async function verifiedPayload(
  blob: string,
  now: Instant,
  roots: readonly string[],
): Promise<{ readonly nextUpdate: string; readonly entries: readonly Entry[] }> {
  try {
    const { x5c = [] } = decodeProtectedHeader(blob);
    const chain = x5c.map((der) => new Uint8Array(Buffer.from(der, 'base64')));
    const signer = new X509Certificate(chain[0] ?? new Uint8Array());
    const trusted = chainsToRoot(
      chain,
      roots.map((pem) => new X509Certificate(pem)),
      now,
    );
    if (!trusted || signer.checkHost(signerName) === undefined) throw new TypeError('the signer is not FIDO');
    const { payload } = await compactVerify(blob, signer.publicKey, { algorithms: ['RS256', 'ES256'] });
    return payloadOf(JSON.parse(new TextDecoder().decode(payload)));
  } catch (cause) {
    throw new MfaError('ERR_MFA_POLICY', { cause, detail: 'the authenticator metadata does not verify' });
  }
}

function payloadOf(read: unknown): { readonly nextUpdate: string; readonly entries: readonly Entry[] } {
  const { nextUpdate, entries } = read as { readonly nextUpdate?: unknown; readonly entries?: unknown };
  if (typeof nextUpdate !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(nextUpdate) || !Array.isArray(entries)) {
    throw new TypeError('not a metadata payload');
  }
  return { nextUpdate, entries: entries as readonly Entry[] };
}

/** The library ships the two roots with their fingerprints; they are only read here. */
function signerRoots(): readonly string[] {
  return SettingsService.getRootCertificates({ identifier: 'mds' });
}

// Secrets that already live in an app, when accounts move here from another system: an otpauth address or base32 text.
// Only reads; binding the secret to an account is the operator's act (operator-changes.ts). A secret is never quoted
// in a refusal.
import { ScureBase32Plugin } from 'otplib';
import type { TotpHash, TotpSettings } from '../factor.ts';
import { readMigrationEntries } from './migration.ts';
import { defaultTotpSettings } from './totp.ts';

/** A secret of another system, 16 to 64 bytes, and how its app makes codes. */
export interface ImportedSecret {
  readonly secret: Uint8Array;
  readonly settings: TotpSettings;
  /** The account as the other system named it; may be empty. */
  readonly label: string;
  readonly issuer: string;
}

/**
 * `unsupported` is well written but not a TOTP we verify (HOTP, MD5, seven digits, odd periods). `too-short` is a secret
 * below the 128 bits RFC 4226 section 4 R6 asks for: it must be replaced, not moved.
 */
export type Import =
  | { readonly outcome: 'read'; readonly secrets: readonly [ImportedSecret, ...ImportedSecret[]] }
  | { readonly outcome: 'refused'; readonly reason: 'malformed' | 'unsupported' | 'too-short' };

const refused = (reason: Extract<Import, { outcome: 'refused' }>['reason']): Import => ({
  outcome: 'refused',
  reason,
});
const hashes: ReadonlyMap<string, TotpHash> = new Map([
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA512', 'sha512'],
]);
const knownNames: ReadonlySet<string> = new Set([
  'secret',
  'issuer',
  'algorithm',
  'digits',
  'period',
  'counter',
  'image',
]);
const longest = 2048;
const base32 = new ScureBase32Plugin();

/** Reads `otpauth://totp/issuer:label?secret=…`. A parameter given twice is refused: two readers would take two. */
export function parseKeyUri(text: unknown): Import {
  const uri =
    typeof text === 'string' && text.length <= longest && URL.canParse(text) ? new URL(text) : undefined;
  if (uri?.protocol !== 'otpauth:') return refused('malformed');
  const names = [...uri.searchParams.keys()];
  if (new Set(names).size !== names.length) return refused('malformed');
  if (uri.hostname !== 'totp' || !names.every((name) => knownNames.has(name))) return refused('unsupported');
  const settings = settingsOf(uri.searchParams);
  const label = labelOf(uri.pathname);
  if (label === undefined) return refused('malformed');
  return settings === undefined ? refused('unsupported') : withNames(uri, settings, label);
}

function withNames(uri: URL, settings: TotpSettings, label: string): Import {
  const bytes = decodeBase32(uri.searchParams.get('secret') ?? '');
  if (bytes === undefined) return refused('malformed');
  const [before, ...after] = label.split(':');
  // With exactly one colon the label names the issuer, and apps let it win over the parameter.
  const named =
    after.length === 1 ? { issuer: before ?? '', label: (after[0] ?? '').trim() } : { issuer: '', label };
  return checked([
    {
      secret: bytes,
      settings,
      label: named.label,
      issuer: named.issuer || (uri.searchParams.get('issuer') ?? ''),
    },
  ]);
}

/** Reads base32 as people copy it: lower case, spaces, dashes and padding are forgiven; anything else is `malformed`. */
export function parseBase32Secret(text: unknown, settings: TotpSettings = defaultTotpSettings): Import {
  const secret = typeof text === 'string' && text.length <= 512 ? decodeBase32(text) : undefined;
  return secret === undefined ? refused('malformed') : checked([{ secret, settings, label: '', issuer: '' }]);
}

/**
 * Reads what Google Authenticator exports, `otpauth-migration://offline?data=…`, all entries of one picture. One entry
 * we cannot verify refuses the whole picture: an operator must not believe that all of it was moved.
 */
export function parseMigrationPayload(text: unknown): Import {
  const uri =
    typeof text === 'string' && text.length <= 8 * longest && URL.canParse(text) ? new URL(text) : undefined;
  if (uri?.protocol !== 'otpauth-migration:' || uri.hostname !== 'offline') return refused('malformed');
  // A plus that was not escaped reads as a space in a query.
  const encoded = (uri.searchParams.get('data') ?? '').replaceAll(' ', '+');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return refused('malformed');
  const entries = readMigrationEntries(new Uint8Array(Buffer.from(encoded, 'base64')));
  if (entries === undefined) return refused('malformed');
  const secrets: ImportedSecret[] = [];
  for (const { secret, label, issuer, hash, digits, kind } of entries) {
    if (kind !== 'totp' || hash === undefined || digits === undefined) return refused('unsupported');
    secrets.push({ secret, label, issuer, settings: { hash, digits, period: 30 } });
  }
  return checked(secrets);
}

function checked(secrets: readonly ImportedSecret[]): Import {
  const [first, ...rest] = secrets;
  if (first === undefined) return refused('malformed');
  if (secrets.some(({ secret }) => secret.length < 16)) return refused('too-short');
  return secrets.some(({ secret }) => secret.length > 64)
    ? refused('unsupported')
    : { outcome: 'read', secrets: [first, ...rest] };
}

function settingsOf(parameters: URLSearchParams): TotpSettings | undefined {
  const algorithm = (parameters.get('algorithm') ?? 'SHA1')
    .toUpperCase()
    .replace(/^HMACSHA/, 'SHA')
    .replace('SHA-', 'SHA');
  const hash = hashes.get(algorithm);
  const digits = parameters.get('digits') ?? '6';
  const period = parameters.get('period') ?? '30';
  const seconds = /^\d{2,3}$/.test(period) ? Number(period) : 0;
  if (hash === undefined || (digits !== '6' && digits !== '8') || seconds < 15 || seconds > 300)
    return undefined;
  return { hash, digits: digits === '6' ? 6 : 8, period: seconds };
}

function labelOf(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname.replace(/^\//, ''));
  } catch {
    return undefined;
  }
}

/** The library's message quotes a letter of the secret; it ends here. */
function decodeBase32(text: string): Uint8Array | undefined {
  const letters = text.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  if (!/^[A-Z2-7]{2,}$/.test(letters)) return undefined;
  try {
    return base32.decode(letters);
  } catch {
    return undefined;
  }
}

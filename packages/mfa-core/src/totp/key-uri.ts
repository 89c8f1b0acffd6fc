// How a secret gets into an authenticator app: the otpauth URI behind the QR code, and the letters to type where there
// is no camera. Reading such URIs is import.ts. Format: github.com/google/google-authenticator/wiki/Key-Uri-Format.
import { generateURI, ScureBase32Plugin } from 'otplib';
import type { TotpSettings } from '../factor.ts';

export interface KeyUriParts {
  readonly issuer: string;
  readonly account: string;
  readonly secret: Uint8Array;
  readonly settings: TotpSettings;
}

const base32 = new ScureBase32Plugin();

/**
 * The otpauth URI. What an issuer or an account holds cannot become a parameter, a second label or a line (A154): the
 * label is cleaned of colons, which apps take as the end of the issuer, and of control characters, and all else is
 * percent-encoded.
 */
export function keyUri({ issuer, account, secret, settings }: KeyUriParts): string {
  return generateURI({
    issuer: labelText(issuer),
    label: labelText(account),
    secret: base32.encode(secret, { padding: false }),
    algorithm: settings.hash,
    digits: settings.digits,
    period: settings.period,
  });
}

/** The secret as base32 in groups of four, as people copy it: `JBSW Y3DP EHPK 3PXP`. */
export function secretText(secret: Uint8Array): string {
  return base32.encode(secret, { padding: false }).replace(/.{4}(?=.)/g, '$& ');
}

/** One line of at most 120 characters without a colon. The account itself is not changed, only how an app shows it. */
function labelText(text: string): string {
  const line = text
    .replaceAll(':', ' ')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim();
  const characters = [...line].slice(0, 120).join('');
  if (characters === '') throw new TypeError('an issuer and an account have at least one visible character');
  return characters;
}

// The otpauth address an app scans, and the secret as a person types it.
import { generateURI, ScureBase32Plugin } from 'otplib';
import type { TotpSettings } from '../factor.ts';

export interface KeyUriParts {
  readonly issuer: string;
  readonly account: string;
  readonly secret: Uint8Array;
  readonly settings: TotpSettings;
}

const codec = new ScureBase32Plugin();

/** RFC 4648 base32 without padding. */
export function base32(bytes: Uint8Array): string {
  return codec.encode(bytes, { padding: false });
}

/**
 * The `otpauth://totp/` address. A colon separates issuer and account there, and a control character could end the
 * line it is shown on, so both are replaced; everything else is percent-encoded (A154).
 */
export function keyUri({ issuer, account, secret, settings }: KeyUriParts): string {
  const plain = (text: string): string => text.replace(/[:\p{C}]/gu, ' ').trim();
  const { hash: algorithm, digits, period } = settings;
  return generateURI({ strategy: 'totp', issuer: plain(issuer), label: plain(account), secret: base32(secret), algorithm, digits, period });
}

/** The secret in groups of four, as people copy it. */
export function secretText(secret: Uint8Array): string {
  return (base32(secret).match(/.{1,4}/g) ?? []).join(' ');
}

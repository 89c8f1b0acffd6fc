// What an authenticator app shows, on the library's generator.
import { generateSync } from '@otplib/totp';
import { NobleCryptoPlugin } from 'otplib';
import type { TotpSettings } from '../factor.ts';
import type { Instant } from '../time.ts';
import { defaultTotpSettings } from '../totp/totp.ts';

/** The code of `secret` at `now`. */
export function totpCode(
  secret: Uint8Array,
  now: Instant,
  settings: TotpSettings = defaultTotpSettings,
): string {
  const { hash: algorithm, digits, period } = settings;
  const epoch = Math.floor(now / 1000);
  return generateSync({ secret, epoch, period, digits, algorithm, crypto: new NobleCryptoPlugin() });
}

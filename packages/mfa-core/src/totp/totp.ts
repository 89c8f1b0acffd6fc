// Time-based codes (RFC 6238) on otplib. This module adds what the library leaves to its caller: a verdict instead of
// exceptions for bad input, the matched step, replay told from wrong, and digits that cannot be misconfigured.
import { verifySync } from 'otplib';
import type { TotpSettings } from '../factor.ts';
import type { Random } from '../random.ts';
import type { Instant } from '../time.ts';

/** How many steps a clock may be off. Past only by default: a code of the future was not shown to anyone yet. */
export interface DriftWindow {
  readonly past: number;
  readonly future: number;
}

export const defaultTotpSettings: TotpSettings = { hash: 'sha1', digits: 6, period: 30 };
export const defaultDriftWindow: DriftWindow = { past: 1, future: 0 };

export type TotpVerdict =
  | { readonly outcome: 'matched'; readonly step: number }
  | { readonly outcome: 'malformed' }
  | { readonly outcome: 'wrong' }
  /** The right code, of a step that was already accepted: RFC 6238 section 5.2 forbids it. */
  | { readonly outcome: 'replayed' };

/** A secret of the length of the hash's output, as RFC 4226 section 4 recommends. */
export function makeTotpSecret(random: Random, settings: TotpSettings = defaultTotpSettings): Uint8Array {
  return random({ sha1: 20, sha256: 32, sha512: 64 }[settings.hash]);
}

/** Drift of more than two steps either way is a programming mistake (A151). */
export function checkDriftWindow(window: DriftWindow): DriftWindow {
  const sound = [window.past, window.future].every((steps) => Number.isInteger(steps) && steps >= 0 && steps <= 2);
  if (!sound) throw new TypeError('a drift window is 0 to 2 steps each way');
  return window;
}

/**
 * Judges a code. `code` is whatever came in: arrays, numbers and megabytes are `malformed`, in constant time. A match
 * of `lastStep` or earlier is `replayed`. The verdict is not yet the right to enter: the caller must win
 * `advanceTotpStep` with the step, or two requests with one code would both pass.
 */
export function verifyTotp(secret: Uint8Array, settings: TotpSettings, code: unknown, lastStep: number, now: Instant, window: DriftWindow): TotpVerdict {
  const token = codeText(code, settings.digits);
  if (token === undefined) return { outcome: 'malformed' };
  const current = Math.floor(now / 1000 / settings.period);
  const steps = Array.from({ length: window.past + window.future + 1 }, (_, index) => current + window.future - index);
  // Every step is computed, newest first, whether or not one matched: the time taken does not tell which.
  const matches = steps.filter((step) => matchesStep(secret, settings, token, step));
  const fresh = matches.find((step) => step > lastStep);
  if (fresh !== undefined) return { outcome: 'matched', step: fresh };
  return { outcome: matches.length > 0 ? 'replayed' : 'wrong' };
}

/** Six or eight ASCII digits; one space in the middle, as apps print it, is forgiven. */
function codeText(code: unknown, digits: number): string | undefined {
  if (typeof code !== 'string' || code.length > digits + 1) return undefined;
  const half = digits / 2;
  const bare = code.length === digits + 1 && code[half] === ' ' ? code.slice(0, half) + code.slice(half + 1) : code;
  return bare.length === digits && /^[0-9]+$/.test(bare) ? bare : undefined;
}

function matchesStep(secret: Uint8Array, settings: TotpSettings, token: string, step: number): boolean {
  if (step < 0) return false;
  const { hash: algorithm, digits, period } = settings;
  return verifySync({ secret, token, epoch: step * period, algorithm, digits, period, epochTolerance: 0 }).valid;
}

// Time-based one-time codes (RFC 6238): which time step a code belongs to. Single use is not decided here but by the
// store (`advanceTotpStep`), because only the store can let one of two parallel callers win; guesses are counted by the
// caller before this is asked. The HMAC is otplib's.
import { verifySync } from '@otplib/totp';
import { createGuardrails, NobleCryptoPlugin } from 'otplib';
import type { TotpHash, TotpSettings } from '../factor.ts';
import type { Random } from '../random.ts';
import type { Instant } from '../time.ts';
import { parseTotpCode } from './typed-code.ts';

/** What a code turned out to be. `replayed` is a right code of a step that was already used, or of an earlier one. */
export type TotpVerdict =
  | { readonly outcome: 'matched'; readonly step: number }
  | { readonly outcome: 'malformed' }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'replayed' };

/** How many steps before and after the current one are also tried. Each step more is one more right code to guess. */
export interface DriftWindow {
  readonly past: number;
  readonly future: number;
}

/** One step of delay, as RFC 6238 section 5.2 recommends at most; none ahead. */
export const defaultDriftWindow: DriftWindow = { past: 1, future: 0 };

/** What every authenticator app can do: several ignore anything else and then show wrong codes. */
export const defaultTotpSettings: TotpSettings = { hash: 'sha1', digits: 6, period: 30 };

/** Key lengths of RFC 6238 appendix B: as long as the output of the hash. */
const secretLengths: Readonly<Record<TotpHash, number>> = { sha1: 20, sha256: 32, sha512: 64 };

const crypto = new NobleCryptoPlugin();
const guardrails = createGuardrails();

/** Makes the secret of a new factor. */
export function makeTotpSecret(random: Random, settings: TotpSettings = defaultTotpSettings): Uint8Array {
  return random(secretLengths[settings.hash]);
}

/**
 * Finds the newest step of the window that the code in `text` belongs to and compares it with `lastStep`, the last accepted one.
 * Nothing a person can send makes it throw: what is not exactly six (or eight) digits, blanks aside, is `malformed`
 * (A148).
 * Settings or a window that make no sense are a TypeError.
 *
 * `matched` is a proposal: two callers with one code both get it, and the store decides which of them was first (A143).
 */
export function verifyTotp(
  secret: Uint8Array,
  settings: TotpSettings,
  text: unknown,
  lastStep: number,
  now: Instant,
  window: DriftWindow = defaultDriftWindow,
): TotpVerdict {
  assertSettings(settings);
  assertWindow(window);
  const code = parseTotpCode(text, settings.digits);
  if (code === undefined) return { outcome: 'malformed' };
  const step = newestMatch(secret, settings, code, now, window);
  if (step === undefined) return { outcome: 'wrong' };
  // Not `afterTimeStep` of the library: that throws when the last step is ahead of the window, and a replay on a
  // server whose clock is behind would end as an exception. Anything at or before the last step is a replay (A145).
  return step > lastStep ? { outcome: 'matched', step } : { outcome: 'replayed' };
}

/** Newest step first, and every step of the window whatever matched: a hit takes as long as a miss (A149). */
function newestMatch(
  secret: Uint8Array,
  settings: TotpSettings,
  code: string,
  now: Instant,
  window: DriftWindow,
): number | undefined {
  const current = Math.floor(now / 1000 / settings.period);
  let newest: number | undefined;
  for (let step = current + window.future; step >= Math.max(0, current - window.past); step -= 1) {
    if (isCodeOf(step, secret, settings, code)) newest ??= step;
  }
  return newest;
}

function isCodeOf(step: number, secret: Uint8Array, settings: TotpSettings, token: string): boolean {
  const { hash: algorithm, digits, period } = settings;
  return verifySync({ secret, token, epoch: step * period, period, digits, algorithm, crypto, guardrails })
    .valid;
}

/** Whether anything that came in is settings of a code we verify; undefined is: the defaults then hold. */
export function areTotpSettings(given: unknown): given is TotpSettings | undefined {
  if (given === undefined) return true;
  if (typeof given !== 'object' || given === null) return false;
  const { hash, digits, period } = given as Partial<Record<keyof TotpSettings, unknown>>;
  const known = typeof hash === 'string' && Object.hasOwn(secretLengths, hash);
  return known && (digits === 6 || digits === 8) && isPeriod(period);
}

const isPeriod = (period: unknown): boolean =>
  typeof period === 'number' && Number.isInteger(period) && period >= 15 && period <= 300;

function assertSettings({ hash, digits, period }: TotpSettings): void {
  // The library takes any number of digits, also none at all.
  if (!Object.hasOwn(secretLengths, hash) || (digits !== 6 && digits !== 8)) {
    throw new TypeError('a TOTP factor has the hash sha1, sha256 or sha512 and 6 or 8 digits');
  }
  if (!isPeriod(period)) throw new TypeError('a TOTP step takes 15 to 300 whole seconds');
}

/** The window, checked: more than two steps either way is a programming mistake (A151). */
export function checkDriftWindow(window: DriftWindow): DriftWindow {
  assertWindow(window);
  return window;
}

function assertWindow({ past, future }: DriftWindow): void {
  const sound = (steps: number): boolean => Number.isInteger(steps) && steps >= 0 && steps <= 2;
  // Two steps each way are already five codes at once that a guess may hit (A151).
  if (!sound(past) || !sound(future)) throw new TypeError('a drift window is at most two steps each way');
}

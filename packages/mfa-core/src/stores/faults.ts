// How adapters say that something is broken. Every driver's error, silence and nonsense becomes one MfaError, so that
// callers know one way of "I do not know" (A140). Expected outcomes never come through here.
import { MfaError } from '../errors.ts';

/** Runs `act`; whatever it throws leaves as ERR_MFA_STORE with the driver's error as cause. */
export function guarded<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw broken(error);
  }
}

/**
 * Waits for `answer` at most so many milliseconds; a rejection or silence is ERR_MFA_STORE. After silence nobody knows
 * whether the verb took effect: that is why callers refuse and never try again by themselves.
 */
export async function answered<T>(answer: Promise<T>, patience: number): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error(`no answer in ${patience} ms`)), patience);
  try {
    return await Promise.race([answer, silence.promise]);
  } catch (error) {
    throw broken(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Ids are 192 random bits: one that is there already is a mistake of the caller, and changes nothing. */
export function takenId(): MfaError {
  return new MfaError('ERR_MFA_STORE', { detail: 'the factor id is already there' });
}

/** For a row that cannot be what was written. */
export function nonsense(table: string, cause?: unknown): MfaError {
  return new MfaError('ERR_MFA_STORE', { cause, detail: `a row of ${table} is not what was written` });
}

/** Reads a stored document; text that is not JSON is an error, never "nothing there" (A254). */
export function parsed(table: string, text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch (cause) {
    throw nonsense(table, cause);
  }
}

function broken(error: unknown): MfaError {
  return error instanceof MfaError ? error : new MfaError('ERR_MFA_STORE', { cause: error });
}

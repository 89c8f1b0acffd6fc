// Broken dependencies and operator's mistakes. Expected outcomes (wrong code, replay, expired) are values, not errors.

/** What each code means, for logs. */
export const mfaErrorCodes = {
  ERR_MFA_STORE: 'a store did not answer or answered nonsense',
  ERR_MFA_CLOCK: 'the clocks of this machine and of the store differ by too much to judge anything',
  ERR_MFA_SEALING: 'a sealed secret could not be opened: wrong key, or it was changed or moved',
  ERR_MFA_KEYS: 'the keys given are missing, too short or have no current one',
  ERR_MFA_POLICY: 'the policy given does not make sense',
} as const;

/** The stable names of what can be broken. */
export type MfaErrorCode = keyof typeof mfaErrorCodes;

/** Thrown when something is broken. The message never holds a value of the request; `cause` may and is not for people. */
export class MfaError extends Error {
  readonly code: MfaErrorCode;

  constructor(code: MfaErrorCode, options?: { cause?: unknown; detail?: string }) {
    const { cause, detail } = options ?? {};
    const message = detail === undefined ? mfaErrorCodes[code] : `${mfaErrorCodes[code]}: ${detail}`;
    super(message, cause === undefined ? {} : { cause });
    this.name = 'MfaError';
    this.code = code;
  }
}

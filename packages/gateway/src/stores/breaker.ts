// A store that is silent is asked no more for a moment: every request would wait its whole patience for the same
// silence. While it rests everything is an error at once, and one call at a time tries whether the store is back.
import { MfaError } from '@palier/mfa-core';

export interface BreakerSetting {
  /** How long an answer is waited for; asked at each call, because a start may wait longer than a request. */
  readonly patienceMilliseconds: () => number;
  /** Whether an error is the store's own word: it lives, and refuses. */
  readonly isAnswer: (error: unknown) => boolean;
  readonly now?: () => number;
}

export type Breaker = <T>(act: () => Promise<T>) => Promise<T>;

/** Silences in a row after which the store is left alone, and for how long. */
const most = 3;
const restMilliseconds = 500;

export function createBreaker({
  patienceMilliseconds,
  isAnswer,
  now = () => performance.now(),
}: BreakerSetting): Breaker {
  let silences = 0;
  let restsUntil = Number.NEGATIVE_INFINITY;
  let trying = false;
  const heard = (): void => {
    silences = 0;
    restsUntil = Number.NEGATIVE_INFINITY;
  };
  return async (act) => {
    const resting = silences >= most;
    if (resting && (trying || now() < restsUntil))
      throw new MfaError('ERR_MFA_STORE', { detail: 'it was silent a moment ago' });
    trying = resting;
    try {
      const answer = await within(act(), patienceMilliseconds());
      heard();
      return answer;
    } catch (error) {
      if (isAnswer(error)) heard();
      else {
        silences += 1;
        restsUntil = now() + restMilliseconds;
      }
      throw error;
    } finally {
      if (resting) trying = false;
    }
  };
}

async function within<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => silence.reject(new MfaError('ERR_MFA_STORE', { detail: `no answer in ${milliseconds} ms` })),
    milliseconds,
  );
  try {
    return await Promise.race([answer, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}

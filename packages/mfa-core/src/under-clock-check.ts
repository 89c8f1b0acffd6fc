// Which verbs an instance whose clock is off may not use: those that judge or write by its own time what other instances
// opened, prove and count. What ends, removes, disables and revokes stays open, whatever the hour. A test names every
// verb there is, so that a new one is not let through unread.
import { type ClockCheck, type ClockCheckSetting, createClockCheck, type StoreTime } from './clock-check.ts';
import type { FactorStore, MfaStores, SessionStore } from './stores.ts';

/** Stores under a check, and the check: `clockCheck.look()` at the start, `clockCheck.apart()` for a health page. */
export interface ClockCheckedStores extends MfaStores {
  readonly clockCheck: ClockCheck;
}

/**
 * Puts a check of the clock around stores that have one of their own:
 * `withClockCheck({ ...(await postgresStores(pool)), ...(await redisStores(client)) })`. Compared is the `time` of the
 * stores given, which is here that of Redis; give all instances the same. Stores without `time` are a TypeError: where
 * everything is in one machine there is nothing to compare, unless a `time` of another source is put beside them.
 *
 * While the clocks are more than 30 s apart these verbs reject with ERR_MFA_CLOCK, and by that everything a person can do:
 * reading, opening, moving a session; ceremonies; codes, keys and recovery codes; guesses; issuing and spending tickets.
 * The ceremonies answer 503, a guard hands the error on, as when a store is down. What ends sessions, removes, disables,
 * revokes and lists works as ever. It goes on by itself when the clocks agree. A clock set while the process runs is noticed
 * at the next verb, a store's at most ten seconds of use later, a difference from the start at the first verb, which waits
 * for the store; so does one verb every ten seconds. How long is the stores' patience, and never
 * more than 5 s.
 *
 * It cannot see: a difference of up to 30 s, so that two instances judge at most a minute apart, and a code, a challenge, a
 * ticket or a session lasts at most that much longer; two clocks that are wrong alike; which of two is wrong; and what reads
 * no store (`assess` of a session kept from before, the gateway's assertion).
 */
export function withClockCheck(
  stores: MfaStores & StoreTime,
  setting: ClockCheckSetting = {},
): ClockCheckedStores {
  if (typeof stores.time !== 'function')
    throw new TypeError(
      'these stores have no clock of their own to compare with: memory and SQLite go without',
    );
  const clockCheck = createClockCheck({ ...setting, time: () => stores.time() });
  return { ...underClockCheck(stores, clockCheck), clockCheck };
}

/** The six ports under a check that was made before, with `createClockCheck` or by a test. */
export function underClockCheck(stores: MfaStores, { demand }: Pick<ClockCheck, 'demand'>): MfaStores {
  const { challenges, attempts, tickets, upkeep } = stores;
  const sound: Sound = async (verb) => {
    await demand();
    return verb();
  };
  return {
    factors: factorsUnder(stores.factors, sound),
    // Rare, and behind a session that was read and a right that was taken: a clock set meanwhile must not leave a factor
    // that the log was told of waiting for ever (`activate`). And `disable` is the operator's at any hour.
    upkeep,
    challenges: {
      put: (challenge) => sound(() => challenges.put(challenge)),
      peek: (id, purpose, session, now) => sound(() => challenges.peek(id, purpose, session, now)),
      take: (id, purpose, session, now) => sound(() => challenges.take(id, purpose, session, now)),
    },
    sessions: sessionsUnder(stores.sessions, sound),
    attempts: {
      reserve: (lane, wait, ceiling, now) => sound(() => attempts.reserve(lane, wait, ceiling, now)),
      clear: (lane) => attempts.clear(lane),
      count: (lane) => attempts.count(lane),
    },
    tickets: {
      issue: (ticket) => sound(() => tickets.issue(ticket)),
      redeem: (account, digest, now) => sound(() => tickets.redeem(account, digest, now)),
      list: (account) => tickets.list(account),
      revoke: (id) => tickets.revoke(id),
    },
  };
}

type Sound = <T>(verb: () => Promise<T>) => Promise<T>;

function factorsUnder(factors: FactorStore, sound: Sound): FactorStore {
  return {
    list: (account) => factors.list(account),
    add: (factor, room) => sound(() => factors.add(factor, room)),
    remove: (account, factor, leaving) => factors.remove(account, factor, leaving),
    advanceTotpStep: (account, factor, step, at) =>
      sound(() => factors.advanceTotpStep(account, factor, step, at)),
    advanceSignCount: (account, factor, count, backedUp, at) =>
      sound(() => factors.advanceSignCount(account, factor, count, backedUp, at)),
    redeemRecoveryCode: (account, factor, digest, at) =>
      sound(() => factors.redeemRecoveryCode(account, factor, digest, at)),
  };
}

/** Reading is refused too: every ceremony and every change begins with it, and a session that looks too old is ended for all. */
function sessionsUnder(sessions: SessionStore, sound: Sound): SessionStore {
  return {
    create: (digest, session) => sound(() => sessions.create(digest, session)),
    load: (digest) => sound(() => sessions.load(digest)),
    replace: (from, to, session) => sound(() => sessions.replace(from, to, session)),
    touch: (digest, seenAt) => sound(() => sessions.touch(digest, seenAt)),
    list: (account) => sessions.list(account),
    end: (account, which) => sessions.end(account, which),
  };
}

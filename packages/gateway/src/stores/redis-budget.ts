// Counting in Redis or Valkey for several instances: one round trip a charge. What Redis lost it cannot count, so the
// sets carry an epoch: a server that came back empty is an error, never an empty count, and so is one that came back with
// less than this instance was told of (A125). Eviction is refused.
import { createHash } from 'node:crypto';
import { type Instant, MfaError } from '@palier/mfa-core';
import type { RedisClient } from '@palier/mfa-core/stores/redis';
import type { BudgetStore, Charge, Consumed, TallyLimit } from '../budget/budget-store.ts';
import { budgetScript, confirmScript } from './redis-budget-script.ts';

export interface RedisBudgetOptions {
  /** Names this gateway's keys on a shared server. */
  readonly prefix: string;
  /** What `beginEpoch` wrote; kept in the durable store. Another or no epoch in Redis means that counts were lost. */
  readonly epoch: string;
  /** After so long without an answer the charge fails (it may have been counted: over-count). */
  readonly timeoutMilliseconds: number;
  /** How far this machine's clock may be from the server's; undefined: not looked at (tests move their clock by hand). */
  readonly toleranceMilliseconds: number | undefined;
}

const sha = createHash('sha1').update(budgetScript).digest('hex');

export interface RedisBudgetStore extends BudgetStore {
  /** Rejects with CountsLost when the server holds other counts, or fewer than this instance was told of. */
  confirm(): Promise<void>;
  /** The last turn this instance knows of, and under which epoch. */
  reached(): Place;
  /** Somebody was told of a later one. */
  learn(place: Place): void;
}

export interface Place {
  readonly epoch: string;
  readonly turn: number;
}

export function redisBudgetStore(client: RedisClient, options: RedisBudgetOptions): RedisBudgetStore {
  const { prefix } = options;
  const key = (kind: string, name: string): string => `${prefix}:{budget}:${kind}:${name}`;
  const send = (command: readonly string[]): Promise<unknown> =>
    inTime(client.sendCommand(command), options.timeoutMilliseconds);
  /** The last turn this instance was told of, under which epoch. */
  let known: Place = { epoch: options.epoch, turn: 0 };
  const place = (): Place => (known.epoch === options.epoch ? known : { epoch: options.epoch, turn: 0 });
  /** Answers overtake one another, and an epoch may have begun meanwhile. */
  const learn = ({ epoch, turn }: Place): void => {
    const { epoch: current, turn: before } = place();
    if (epoch === current) known = { epoch, turn: Math.max(before, turn) };
  };
  const marks = [epochKey(prefix), `${prefix}:{budget}:turn`];
  return {
    consume: async (charge, now) => {
      const keys = [...marks, ...keysOf(charge, key)];
      const { epoch, turn } = place();
      const words = { ...wordsOf(charge, now, options), epoch, turn };
      const { turn: told, ...consumed } = consumedOf(
        await evaluate(send, [String(keys.length), ...keys, JSON.stringify(words)]),
      );
      learn({ epoch, turn: told });
      return consumed;
    },
    reached: place,
    learn,
    confirm: async () => {
      const answer = await send(['EVAL', confirmScript, '2', ...marks, JSON.stringify(place())]);
      if (answer !== 'kept') throw new CountsLost();
    },
    left: async (proof, records) =>
      Math.max(0, records - Number((await send(['GET', key('p', proof)])) ?? 0)),
    count: async (set, window, now) =>
      Number(await send(['ZCOUNT', key('s', set), `(${now - window}`, '+inf'])),
  };
}

function epochKey(prefix: string): string {
  return `${prefix}:{budget}:epoch`;
}

/**
 * Begins counting on a server, or finds that it was begun. `other` means that the server holds another epoch's counts.
 * Called once when the gateway is set up, and again by the operator who accepts a loss; never at every start.
 */
export async function beginEpoch(
  client: RedisClient,
  prefix: string,
  epoch: string,
): Promise<'begun' | 'same' | 'other'> {
  const before = await client.sendCommand(['SET', epochKey(prefix), epoch, 'NX', 'GET']);
  if (before === null) return 'begun';
  return before === epoch ? 'same' : 'other';
}

/** The operator accepts a loss: from now on the server counts under this epoch. */
export async function replaceEpoch(client: RedisClient, prefix: string, epoch: string): Promise<void> {
  await client.sendCommand(['SET', epochKey(prefix), epoch]);
}

/** Redis holds no counts of this gateway, or those of another epoch. */
export class CountsLost extends MfaError {
  constructor() {
    super('ERR_MFA_STORE', { detail: 'Redis lost the counts of this gateway' });
  }
}

/** Rejects unless the server keeps what it was given: any `maxmemory-policy` but noeviction drops counts (A125). */
export async function requireNoEviction(client: RedisClient): Promise<void> {
  const memory = String(await client.sendCommand(['INFO', 'memory']));
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  if (policy !== 'noeviction')
    throw new MfaError('ERR_MFA_STORE', {
      detail: 'the Redis server evicts keys: set maxmemory-policy noeviction',
    });
}

/** Sends the script by its hash, and whole when the server does not know it (first use, restart, SCRIPT FLUSH). */
async function evaluate(
  send: (command: string[]) => Promise<unknown>,
  rest: readonly string[],
): Promise<unknown> {
  try {
    return await send(['EVALSHA', sha, ...rest]);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw broken(error);
  }
  try {
    return await send(['EVAL', budgetScript, ...rest]);
  } catch (error) {
    throw broken(error);
  }
}

function broken(cause: unknown): MfaError {
  return cause instanceof MfaError ? cause : new MfaError('ERR_MFA_STORE', { cause });
}

async function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new MfaError('ERR_MFA_STORE', { detail: 'Redis did not answer in time' })),
    milliseconds,
  );
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function keysOf(
  { presence, fleet, novelty, limits }: Charge,
  key: (kind: string, name: string) => string,
): readonly string[] {
  return [
    key('p', presence?.proof ?? ''),
    key('t', fleet?.tally ?? ''),
    key('t', novelty?.limit.tally ?? ''),
    key('k', novelty?.known ?? ''),
    key('s', novelty?.known ?? ''),
    ...limits.map((limit) => key('s', limit.set)),
  ];
}

/** The charge as the script reads it; sets are named by their place (from 1, as Lua counts). */
function wordsOf(
  { records, presence, fleet, novelty, limits, enforce }: Charge,
  now: Instant,
  { toleranceMilliseconds }: RedisBudgetOptions,
): object {
  const place = (set: string): number => {
    const index = limits.findIndex((limit) => limit.set === set);
    if (index === -1) throw new TypeError('a charge names a set it does not limit');
    return index + 1;
  };
  const tally = ({
    tally: name,
    windowMilliseconds: window,
    bucketMilliseconds: bucket,
    cap,
  }: TallyLimit): object => ({ name, window, bucket, cap });
  const distinct = new Map(
    records.map(({ digest, previous }) => [digest, previous === undefined ? [digest] : [digest, previous]]),
  );
  return {
    now,
    enforce,
    tolerance: toleranceMilliseconds,
    records: [...distinct.values()],
    limits: limits.map(({ set, windowMilliseconds, cap }) => ({
      name: set,
      window: windowMilliseconds,
      cap,
    })),
    fleet: fleet && { ...tally(fleet), of: place(fleet.of) },
    novelty: novelty && { ...tally(novelty.limit), horizon: novelty.horizonMilliseconds },
    presence: presence && {
      records: presence.records,
      expires: presence.expiresAt,
      free: place(presence.freeWithin),
    },
  };
}

function consumedOf(reply: unknown): Consumed & { readonly turn: number } {
  if (reply === 'lost') throw new CountsLost();
  if (reply === 'clock')
    throw new MfaError('ERR_MFA_STORE', { detail: 'the clocks of this machine and of Redis differ' });
  const { charged, wouldBe, turn } = JSON.parse(String(reply)) as Partial<ReturnType<typeof consumedOf>>;
  if (charged === undefined || turn === undefined)
    throw new MfaError('ERR_MFA_STORE', { detail: 'Redis answered nonsense' });
  return { charged, wouldBe, turn };
}

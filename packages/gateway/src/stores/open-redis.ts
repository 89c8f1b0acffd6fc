// The shared state of several instances in Redis or Valkey: ceremonies, sessions and counts, behind one breaker. Bounded
// in time at every call; a server that may drop keys is refused at the start.
import { type Clock, clockBounds, type Random } from '@palier/mfa-core';
import { type RedisClient, redisStores } from '@palier/mfa-core/stores/redis';
import { createClient, ErrorReply } from 'redis';
import type { ActivityStore } from '../budget/activity-store.ts';
import { createBreaker } from './breaker.ts';
import { openMark, probeMark, renewMark, underMark } from './counts-mark.ts';
import { type Address, type SharedPart, urlOf } from './parts.ts';
import { type RedisBudgetStore, redisBudgetStore, requireNoEviction } from './redis-budget.ts';

const prefix = 'palier';
const shareMilliseconds = 1000;
/** A start may wait longer than a request. */
const startMilliseconds = 5000;

export interface RedisSetting {
  readonly address: Address;
  readonly patienceMilliseconds: number;
  readonly activity: ActivityStore;
  readonly clock: Clock;
  readonly random: Random;
  /** False when the clock is moved by hand. */
  readonly realTime: boolean;
}

export async function openRedis(setting: RedisSetting): Promise<SharedPart> {
  const { activity, patienceMilliseconds, realTime } = setting;
  const connection = await connectRedis(setting.address, patienceMilliseconds);
  const { client } = connection;
  try {
    await requireNoEviction(client);
    const mark = await openMark(client, prefix, activity, setting);
    const counts = redisBudgetStore(client, {
      prefix,
      get epoch() {
        return mark.text();
      },
      timeoutMilliseconds: patienceMilliseconds,
      toleranceMilliseconds: realTime ? clockBounds.mostApart : undefined,
    });
    const { challenges, sessions, time } = await redisStores(client);
    connection.started();
    const turns = shareTurns(counts, activity);
    await turns.share();
    // A server that was restarted or changed for another one is looked at before it is believed.
    connection.onAgain(
      () =>
        void turns
          .share()
          .then(() => probeMark(counts, mark))
          .catch(() => undefined),
    );
    return {
      challenges,
      sessions,
      budget: underMark(counts, mark),
      countedSince: mark.since,
      onLost: mark.onLost,
      time,
      renew: () => renewMark(client, prefix, activity, setting),
      probe: () => probeMark(counts, mark),
      close: async () => {
        turns.end();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Tells the durable store every second what this instance knows of, so that it outlives all instances. */
function shareTurns(
  counts: RedisBudgetStore,
  activity: ActivityStore,
): { readonly share: () => Promise<void>; readonly end: () => void } {
  let shared = 0;
  const share = async (): Promise<void> => {
    const { epoch, turn } = counts.reached();
    counts.learn({ epoch, turn: await activity.turn(epoch, turn) });
    shared = turn;
  };
  const timer = setInterval(() => {
    if (counts.reached().turn !== shared) void share().catch(() => undefined);
  }, shareMilliseconds).unref();
  return { share, end: () => clearInterval(timer) };
}

interface Connection {
  readonly client: RedisClient;
  /** From now on the patience of requests. */
  readonly started: () => void;
  /** Told of every connection after the first. */
  readonly onAgain: (listener: () => void) => void;
  readonly close: () => Promise<void>;
}

async function connectRedis(address: Address, patienceMilliseconds: number): Promise<Connection> {
  let started = false;
  const client = createClient({
    url: urlOf(address),
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    // A first connection that fails is told at once; later ones are tried again without end.
    socket: {
      connectTimeout: 2000,
      reconnectStrategy: (retries) => (started ? Math.min(50 * 2 ** Math.min(retries, 5), 1000) : false),
    },
  });
  client.on('error', () => undefined);
  const breaker = createBreaker({
    patienceMilliseconds: () => (started ? patienceMilliseconds : startMilliseconds),
    isAnswer: (error) => error instanceof ErrorReply,
  });
  await client.connect();
  return {
    client: { sendCommand: (words) => breaker(() => client.sendCommand([...words])) },
    started: () => {
      started = true;
    },
    onAgain: (listener) => void client.on('ready', listener),
    close: async () => client.destroy(),
  };
}

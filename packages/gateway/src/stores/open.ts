// Opens the stores the configuration names. One SQLite file, or one PostgreSQL database, can hold both halves; Redis or
// Valkey only the shared one. Which pairs make sense is config/contradictions.ts.
import cluster from 'node:cluster';
import type { DatabaseSync } from 'node:sqlite';
import {
  type AccountId,
  type Clock,
  type ClockCheck,
  type ClocksApart,
  createClockCheck,
  type Instant,
  instantOf,
  type MfaStores,
  type Random,
  systemClock,
  systemRandom,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { openDatabase, sqliteStores } from '@palier/mfa-core/stores/sqlite';
import type { BudgetStore } from '../budget/budget-store.ts';
import type { Config } from '../config/config.ts';
import { reaching } from '../connect-fault.ts';
import { memoryBudgetStore } from './memory-budget.ts';
import { memorySignIns } from './memory-sign-in.ts';
import { memoryActivity, memoryAlarms, memoryGlass, memoryKeyMark, memoryStops } from './memory-standing.ts';
import type { OpenStores } from './open-stores.ts';
import type { DurablePart, SharedPart } from './parts.ts';
import { sqliteBudgetStore } from './sqlite-budget.ts';
import { sqliteSignIns } from './sqlite-sign-in.ts';
import { sqliteStandings } from './sqlite-standing.ts';
import { unsynced } from './sqlite-unsynced.ts';
import { underClock } from './under-clock.ts';

export interface StoreSurroundings {
  readonly clock: Clock;
  readonly random: Random;
}

// Each client is loaded where it is used: that of Redis alone is 600 modules, and the kill switch of a file waits for none.
const redisClient = (): Promise<typeof import('./open-redis.ts')> => import('./open-redis.ts');
const postgresClient = (): Promise<typeof import('./open-postgres.ts')> => import('./open-postgres.ts');

/** Rejects when a store cannot be used. */
export async function openStores(
  stores: Config['stores'],
  { clock, random }: StoreSurroundings = { clock: systemClock, random: systemRandom },
): Promise<OpenStores> {
  const halves = await openHalves(stores);
  const { durable } = halves;
  try {
    const shared =
      stores.shared.kind === 'redis'
        ? await (await redisClient())
            .openRedis({
              address: { ...stores.shared, kind: 'redis' },
              patienceMilliseconds: stores.patience * 1000,
              activity: durable.activity,
              clock,
              random,
              realTime: clock === systemClock,
            })
            .catch(reaching('stores.shared'))
        : await halves.shared();
    halves.started();
    // A clock that is moved by hand is all the time there is.
    const storeTime = clock === systemClock ? shared.time : undefined;
    const checked = checkOf(clock, storeTime);
    await checked.clockCheck.look().catch(async (error: unknown) => {
      await shared.close();
      throw error;
    });
    return together(durable, shared, checked);
  } catch (error) {
    await durable.close();
    throw error;
  }
}

/** For the operator's commands: what the gateway keeps in its own memory no command can reach, and none shall seem to. */
export async function openForCommand(stores: Config['stores']): Promise<OpenStores> {
  const { durable, shared } = stores;
  const inside = [durable, shared].some(
    (one) => one.kind === 'memory' || (one.kind === 'sqlite' && one.path === ':memory:'),
  );
  if (inside) throw new TypeError("the stores are in the gateway's own memory: a command cannot reach them");
  return underClock(await openStores(stores));
}

function together(durable: DurablePart, shared: SharedPart, checked: Checked): OpenStores {
  const { factors, upkeep, tickets, attempts, activity, alarms, glass, stops, keyMark } = durable;
  return {
    mfa: { factors, upkeep, tickets, attempts, challenges: shared.challenges, sessions: shared.sessions },
    budget: shared.budget,
    standings: { activity, alarms, glass, stops, keyMark },
    signIns: durable.signIns,
    countedSince: shared.countedSince,
    onLost: shared.onLost,
    renew: shared.renew,
    ...checked,
    probe: async () => void (await Promise.all([durable.probe(), shared.probe()])),
    close: async () => {
      await shared.close();
      await durable.close();
    },
  };
}

type Checked = Pick<OpenStores, 'clockCheck' | 'onApart'>;

/** Where the stores are in this machine there is no other clock, and nothing is ever amiss. */
function checkOf(clock: Clock, time: (() => Promise<Instant>) | undefined): Checked {
  let listener: (apart: ClocksApart) => void = () => undefined;
  const clockCheck =
    time === undefined ? oneClock : createClockCheck({ clock, time, told: (apart) => listener(apart) });
  return {
    clockCheck,
    onApart: (next) => {
      listener = next;
    },
  };
}

const oneClock: ClockCheck = {
  look: async () => undefined,
  apart: () => ({ milliseconds: 0, verdict: 'agree', detail: 'there is one clock' }),
  demand: async () => undefined,
};

interface Halves {
  readonly durable: DurablePart;
  readonly shared: () => Promise<SharedPart>;
  readonly started: () => void;
}

async function openHalves({ durable, shared }: Config['stores']): Promise<Halves> {
  if (durable.kind === 'postgres')
    return (await postgresClient())
      .openPostgres({ ...durable, kind: 'postgres' })
      .catch(reaching('stores.durable'));
  if (durable.kind === 'sqlite') return sqliteHalves(durable.path, shared.kind === 'memory');
  if (durable.kind === 'memory') return memoryHalves();
  throw new TypeError('config/contradictions.ts let a store through');
}

/** Workers of one machine would each count for themselves, and the caps would be as many times as large. */
function memoryHalves(): Halves {
  if (cluster.isWorker) throw new TypeError('several processes cannot share what is in memory');
  const mfa = memoryStores();
  const part = { probe: probeOf(mfa), close: async () => undefined };
  const standings = {
    activity: memoryActivity(),
    alarms: memoryAlarms(),
    glass: memoryGlass(),
    stops: memoryStops(),
    keyMark: memoryKeyMark(),
  };
  return {
    durable: { ...mfa, ...standings, signIns: memorySignIns(), ...part },
    shared: async () => sharedOf(mfa, memoryBudgetStore()),
    started: () => undefined,
  };
}

function sqliteHalves(path: string, forgetful: boolean): Halves {
  const database = openDatabase(path);
  const mfa = sqliteStores(database);
  const close = async (): Promise<void> => database.close();
  return {
    durable: {
      ...mfa,
      ...sqliteStandings(database),
      signIns: sqliteSignIns(database),
      probe: writeProbeOf(database),
      close,
    },
    shared: async () =>
      forgetful ? sharedOf(memoryStores(), memoryBudgetStore()) : sharedOf(mfa, sqliteBudgetStore(database)),
    started: () => undefined,
  };
}

function sharedOf({ challenges, sessions }: MfaStores, budget: BudgetStore): SharedPart {
  return {
    challenges,
    sessions,
    budget,
    countedSince: () => instantOf(0),
    onLost: () => undefined,
    renew: undefined,
    time: undefined,
    probe: async () => undefined,
    close: async () => undefined,
  };
}

/**
 * A file system that became read-only still lets everything be read, so something is written: a number nobody uses. A row
 * that is set to what it was SQLite would not write.
 */
function writeProbeOf(database: DatabaseSync): () => Promise<void> {
  return async () => unsynced(database, () => database.exec('PRAGMA user_version = 0'));
}

/** One look at a count that is never there. */
function probeOf({ attempts }: MfaStores): () => Promise<void> {
  return async () => void (await attempts.count({ account: 'probe' as AccountId, kind: 'key' }));
}

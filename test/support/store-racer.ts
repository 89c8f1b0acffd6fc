// A process of its own that opens one SQLite file, says so, waits for its orders and tells what it won. Orders and wins
// are lines of JSON. Run by sqlite-processes.test.ts, several at once on one file.

import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type {
  AccountId,
  ChallengeId,
  Factor,
  FactorId,
  Instant,
  MfaStores,
  SessionId,
} from '@palier/mfa-core';
import { sqliteStores } from '@palier/mfa-core/stores/sqlite';

/** Everything that can be won once, one of each per round; and `places` for factors, few for all rounds. */
export interface Prizes {
  readonly account: AccountId;
  readonly session: SessionId;
  readonly totp: FactorId;
  readonly recovery: FactorId;
  readonly codes: readonly string[];
  readonly challenges: readonly ChallengeId[];
  readonly tickets: readonly string[];
  readonly places: number;
  readonly now: Instant;
}

async function winsOf(stores: MfaStores, prizes: Prizes, round: number): Promise<readonly string[]> {
  const { account, session, totp, recovery, codes, challenges, tickets, places, now } = prizes;
  const [code = '', challenge = '' as ChallengeId, ticket = ''] = [
    codes[round],
    challenges[round],
    tickets[round],
  ];
  // The app and the recovery codes have theirs.
  const room = { most: places + 2, counting: 'all' } as const;
  const lane = { account, kind: 'code' } as const;
  const won = [
    ['step', (await stores.factors.advanceTotpStep(account, totp, round + 1, now)) === 'advanced'],
    ['code', (await stores.factors.redeemRecoveryCode(account, recovery, code, now)) === 'redeemed'],
    ['challenge', (await stores.challenges.take(challenge, 'step-up', session, now)) !== undefined],
    ['ticket', (await stores.tickets.redeem(account, ticket, now)) !== undefined],
    ['place', (await stores.factors.add(keyFor(account, now), room)) === 'added'],
    ['guess', (await stores.attempts.reserve(lane, [0, 0, 0, 0, 0, 60_000], 100, now)).outcome === 'granted'],
  ] as const;
  return won.flatMap(([what, isWon]) => (isWon ? [shared.has(what) ? what : `${what} ${round}`] : []));
}

/** What all rounds have together. */
const shared: ReadonlySet<string> = new Set(['guess', 'place']);

function keyFor(account: AccountId, now: Instant): Factor {
  const id = randomUUID();
  const base = { id, account, kind: 'webauthn', name: '', addedAt: now, activeFrom: now };
  return { ...base, credentialId: id, signCount: 0, backedUp: false } as unknown as Factor;
}

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function obey(stores: MfaStores, prizes: Prizes): Promise<void> {
  for (const round of prizes.codes.keys()) {
    for (const win of await winsOf(stores, prizes, round)) say(win);
  }
  say('done');
}

const [path] = process.argv.slice(2);
if (path !== undefined) {
  const stores = sqliteStores(path);
  say('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    await obey(stores, JSON.parse(line) as Prizes);
  }
  stores.close();
}

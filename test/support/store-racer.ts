// A process of its own that opens one SQLite file, says so, waits for its orders and tells what it won. Orders and wins
// are lines of JSON. Run by sqlite-processes.test.ts, several at once on one file.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AccountId, ChallengeId, FactorId, Instant, MfaStores, SessionId } from '@palier/mfa-core';
import { sqliteStores } from '@palier/mfa-core/stores/sqlite';

/** Everything that can be won once: one of each per round. */
export interface Prizes {
  readonly account: AccountId;
  readonly session: SessionId;
  readonly totp: FactorId;
  readonly recovery: FactorId;
  readonly codes: readonly string[];
  readonly challenges: readonly ChallengeId[];
  readonly tickets: readonly string[];
  readonly now: Instant;
}

async function winsOf(stores: MfaStores, prizes: Prizes, round: number): Promise<readonly string[]> {
  const { account, session, totp, recovery, codes, challenges, tickets, now } = prizes;
  const [code = '', challenge = '' as ChallengeId, ticket = ''] = [
    codes[round],
    challenges[round],
    tickets[round],
  ];
  const lane = { account, kind: 'code' } as const;
  const won = [
    ['step', (await stores.factors.advanceTotpStep(account, totp, round + 1, now)) === 'advanced'],
    ['code', (await stores.factors.redeemRecoveryCode(account, recovery, code, now)) === 'redeemed'],
    ['challenge', (await stores.challenges.take(challenge, 'step-up', session, now)) !== undefined],
    ['ticket', (await stores.tickets.redeem(account, ticket, now)) !== undefined],
    ['guess', (await stores.attempts.reserve(lane, [0, 0, 0, 0, 0, 60_000], 100, now)).outcome === 'granted'],
  ] as const;
  return won.flatMap(([what, isWon]) => (isWon ? [`${what} ${what === 'guess' ? '' : round}`.trim()] : []));
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

// Several processes on one SQLite file keep every promise of one, also when one of them is killed (A124, A157).
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { AccountId, Challenge, Factor, Instant, MfaStores } from '@palier/mfa-core';
import { sqliteStores } from '@palier/mfa-core/stores/sqlite';
import { afterAll, expect, it } from 'vitest';
import type { Prizes } from '../support/store-racer.ts';

const now = Date.parse('2026-03-02T08:00:00Z') as Instant;
const folder = mkdtempSync(join(tmpdir(), 'palier-processes-'));
const children: Child[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

type Child = ChildProcessByStdio<Writable, Readable, null>;

interface Racer {
  readonly child: Child;
  readonly lines: AsyncIterator<string>;
}

function start(path: string): Racer {
  const racer = fileURLToPath(new URL('../support/store-racer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=palier-source', racer, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function next({ lines }: Racer): Promise<unknown> {
  const line = await lines.next();
  return line.done === true ? undefined : JSON.parse(line.value);
}

/** All that the racer won, until it is done or dead. */
async function winsOf(racer: Racer): Promise<readonly string[]> {
  const wins: string[] = [];
  for (let line = await next(racer); typeof line === 'string' && line !== 'done'; line = await next(racer)) {
    wins.push(line);
  }
  return wins;
}

/** Puts `rounds` of everything that can be won once into the stores. */
async function seed(stores: MfaStores, rounds: number): Promise<Prizes> {
  const names = (what: string): readonly string[] =>
    Array.from({ length: rounds }, (_, round) => `${what}-${round}`);
  const account = 'dr.zed' as AccountId;
  const base = { account, name: '', addedAt: now, activeFrom: now };
  const codes = names('code');
  const factors = [
    {
      ...base,
      id: 'fac_totp',
      kind: 'totp',
      secret: 'v1',
      settings: { hash: 'sha1', digits: 6, period: 30 },
      lastStep: 0,
    },
    { ...base, id: 'fac_set', kind: 'recovery-code', codes },
  ] as unknown as readonly Factor[];
  for (const factor of factors) await stores.factors.add(factor);
  const expiresAt = now + 60_000;
  const challenges = names('chl').slice(0, 32);
  for (const id of challenges) {
    const challenge = {
      id,
      purpose: 'step-up',
      session: 'sid',
      account,
      expiresAt,
      payload: { challenge: 'x' },
    };
    await stores.challenges.put(challenge as unknown as Challenge);
  }
  const tickets = names('ticket');
  for (const digest of tickets) {
    const ticket = { id: `tid-${digest}`, account, digest, issuedAt: now, expiresAt, issuedBy: 'desk' };
    await stores.tickets.issue(ticket as unknown as Parameters<typeof stores.tickets.issue>[0]);
  }
  return {
    account,
    session: 'sid',
    totp: 'fac_totp',
    recovery: 'fac_set',
    codes,
    challenges,
    tickets,
    places: 7,
    now,
  } as unknown as Prizes;
}

it('of four processes exactly one wins each step, code, challenge and ticket; five guesses and seven places are granted', async () => {
  const path = join(folder, 'race.db');
  const racers = Array.from({ length: 4 }, () => start(path));
  for (const racer of racers) expect(await next(racer)).toBe('ready');
  const stores = sqliteStores(path);
  const prizes = await seed(stores, 32);
  for (const { child } of racers) child.stdin.end(`${JSON.stringify(prizes)}\n`);
  const wins = (await Promise.all(racers.map(winsOf))).flat();
  const everyPrize = ['code', 'challenge', 'ticket'].flatMap((what) =>
    prizes.codes.map((_, round) => `${what} ${round}`),
  );
  expect(wins.filter((win) => !/^(step|guess|place)/.test(win)).toSorted()).toEqual(everyPrize.toSorted());
  expect(wins.filter((win) => win === 'guess')).toHaveLength(5);
  expect(wins.filter((win) => win === 'place')).toHaveLength(7);
  const steps = wins.filter((win) => win.startsWith('step'));
  expect(new Set(steps).size).toBe(steps.length);
  expect(steps).toContain('step 31');
  stores.close();
});

it('what a process had won when it was killed stays won', async () => {
  const path = join(folder, 'kill.db');
  const racer = start(path);
  expect(await next(racer)).toBe('ready');
  const stores = sqliteStores(path);
  const prizes = await seed(stores, 2000);
  racer.child.stdin.write(`${JSON.stringify(prizes)}\n`);
  const wins: unknown[] = [];
  while (wins.length < 200) wins.push(await next(racer));
  racer.child.kill('SIGKILL');
  wins.push(...(await winsOf(racer)));
  if (racer.child.signalCode === null) await once(racer.child, 'exit');
  const codes = wins.filter((win) => String(win).startsWith('code'));
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.length).toBeLessThan(prizes.codes.length);
  for (const win of codes) {
    const code = prizes.codes[Number(String(win).slice(5))] ?? '';
    expect(await stores.factors.redeemRecoveryCode(prizes.account, prizes.recovery, code, now)).toBe(
      'unknown',
    );
  }
  stores.close();
});

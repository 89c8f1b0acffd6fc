// The replay with one seed, small: each way in against its bound, each with its defence taken away beside it.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scenariosOf } from './ablations.ts';
import { runBare } from './baseline.ts';
import { endlessCode, ofEveryClass } from './changes.ts';
import { runSample } from './honest-runs.ts';
import { runRaces } from './races.ts';
import { faultsOf, promised, type RunResult } from './result.ts';
import { runScenario } from './run.ts';
import type { Scenario } from './scenarios.ts';
import { budgetsIn } from './site.ts';
import type { Friction } from './traffic/count.ts';
import { workOnPaper } from './traffic/paper.ts';

const SEED = 3;
const PATIENCE = 240_000;

function scenario(name: string): Scenario {
  const found = scenariosOf(true).find((one) => one.name === name);
  if (found === undefined) throw new RangeError('no such scenario');
  return found;
}

/** Plays a scenario without honest bystanders, for at most so many hours: the attack is what is tested here. */
async function played(name: string, hours: number): Promise<RunResult> {
  const whole = scenario(name);
  const short = { ...whole, hours: Math.min(hours, whole.hours), others: [] };
  return runScenario(short, { seed: SEED, everybody: false });
}

describe('19 stolen accounts', () => {
  it('read every person they ask the bare portal for', async () => {
    expect((await runBare(SEED, 400, () => {})).exposed).toBe(400);
  });

  it('read nobody with passwords and mailboxes, and everybody when the gateway only observes', {
    timeout: PATIENCE,
  }, async () => {
    expect((await played('password and mailbox', 1)).exposed).toBe(0);
    expect((await played('without enforcing (observe mode)', 0.2)).exposed).toBeGreaterThan(300);
  });

  it('read what three codes are worth with one, where no key is held beside the app and it binds another', {
    timeout: PATIENCE,
  }, async () => {
    const one = await played('one phished code each', 1);
    expect([one.exposed, one.bound]).toEqual([285, 285]);
    const bound = await played('without a key beside the app (one code binds the thief an app)', 2);
    expect(faultsOf(bound)).toEqual([]);
    expect(bound.exposed).toBeGreaterThan(285);
  });

  it('bind no key with a code, and one where the configuration says after how long', {
    timeout: PATIENCE,
  }, async () => {
    // The runs reject when a key was not refused for being asked for with a code, and when it was not bound.
    const tried = await played('a code tries to bind the thief a key, 7 days', 1);
    expect(faultsOf(tried)).toEqual([]);
    await played('without the ticket for a key (a code binds the thief one after 72 h), 7 days', 0.1);
  });

  it('read 855 persons with every code, named by the ledger without exception, and more without the caps', {
    timeout: PATIENCE,
  }, async () => {
    const codes = await played('cloned code seeds', 1);
    expect(codes).toMatchObject({ exposed: 855, bound: 855, ledgerRecall: 1, ledgerPrecision: 1 });
    const without = await played('without the caps on codes', 1);
    expect(faultsOf(without)).toEqual([]);
    expect(without.exposed).toBeGreaterThan(855);
  });

  it('read nobody with keys touched at a phishing site, and everybody with keys touched at the gateway', {
    timeout: PATIENCE,
  }, async () => {
    const phished = await played('phished keys', 2);
    expect(phished.exposed).toBe(0);
    expect(phished.alerts).toBeGreaterThan(100);
    expect(
      (await played('without another origin (keys touched at the gateway)', 0.2)).exposed,
    ).toBeGreaterThan(300);
  });

  it('read nobody with cards shown at a phishing site, and one presence each with the cards themselves', {
    timeout: PATIENCE,
  }, async () => {
    // Five tries each: every trick once. The run rejects when one of them was not seen to take place.
    const phished = await played('phished cards', 1.1);
    expect(phished.exposed).toBe(0);
    expect(phished.alerts).toBeGreaterThan(0);
    const held = await played("without the card in its owner's hand (one gesture with it)", 0.1);
    expect(held.exposed).toBeGreaterThan(100);
    expect(faultsOf(held)).toEqual([]);
  });

  it('read at most one presence each with stolen cookies, once, and more without the presence', {
    timeout: PATIENCE,
  }, async () => {
    const cookies = await played('stolen session cookies', 1.6);
    expect(cookies.exposed).toBeGreaterThan(0);
    expect(faultsOf(cookies)).toEqual([]);
    const without = await played('without the presence', 1.3);
    expect(without.exposed).toBeGreaterThan(cookies.bound ?? 0);
  });
});

it('honest work over HTTP costs exactly what it costs on paper', { timeout: PATIENCE }, async () => {
  const { count } = await runSample(SEED, { oneIn: 540, days: 1, slotMilliseconds: 1 });
  const onPaper = await paperOf();
  expect(count.total()).toEqual(onPaper);
  expect(count.total().lookUps).toBeGreaterThan(300);
});

async function paperOf(): Promise<Friction> {
  const options = { seed: SEED, persons: 600_000, budgets: budgetsIn(), days: 1, warmUp: 0, oneIn: 540 };
  return (await workOnPaper(options)).total();
}

it('the command prints one line for each run, with all that is measured, and ends with 0', {
  timeout: PATIENCE,
}, async () => {
  const { stdout } = await command(['--json', '--only', 'general practitioner', '--seed', '5']);
  const [line, ...more] = stdout.trim().split('\n');
  const run: unknown = JSON.parse(line ?? '');
  expect(more).toEqual([]);
  expect(run).toMatchObject({
    name: 'insider with a key, general practitioner',
    seed: 5,
    window: 24,
    bound: 150,
    faults: [],
  });
  for (const name of measuredByIssue) expect(run).toHaveProperty(name);
});

it('a part of a replay is not written over the tables of the page, which are one invocation each', async () => {
  const asked = command(['--write', '--only', 'general practitioner']);
  await expect(asked).rejects.toMatchObject({ code: 2, stdout: '' });
});

const measuredByIssue: readonly string[] = [
  'exposed',
  'alerts',
  'minutesToFirstAlert',
  'gesturesPerActiveDay',
  'refusalsPer1000AccountDays',
  'ledgerRecall',
  'ledgerPrecision',
];

/** Runs the replay as `npm run replay` does; rejects when it ends with anything but 0. */
function command(args: readonly string[]): Promise<{ readonly stdout: string }> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  return promisify(execFile)(process.execPath, ['--conditions=palier-source', main, ...args]);
}

it('bounds what it promises by the configuration it runs with, and by nothing else', () => {
  const bounds = scenariosOf(true).map(({ name, bound, accounts }) => [
    name,
    bound?.(
      budgetsIn(),
      accounts.map(({ login }) => login),
    ),
  ]);
  const own = Object.entries(promised).filter(([name]) => !name.endsWith(', two gateways'));
  expect(Object.fromEntries(bounds)).toMatchObject(Object.fromEntries(own));
});

it('races never pass a cap, and pass where it would be when it is taken away', {
  timeout: PATIENCE,
}, async () => {
  const races = { name: 'races', accounts: 8, days: 1 };
  const held = await runRaces(races, SEED, () => {});
  expect(held).toMatchObject({ exposed: 8 * 45, bound: 8 * 45, accountsOverBound: 0, ledgerRecall: 1 });
  const without = await runRaces({ ...races, change: ofEveryClass(endlessCode) }, SEED, () => {});
  expect(without.exposed).toBeGreaterThan(8 * 45);
});

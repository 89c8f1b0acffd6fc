// What `palier account show` tells of each factor: after an alarm, whose code added it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountId, FactorId, Instant, TotpFactor } from '@palier/mfa-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareState } from '../../../../examples/demo/state.ts';
import { accountCommand } from './account.ts';
import { withMfa } from './state.ts';
import { resumeCommand, stopCommand } from './stop.ts';
import { soundConfig, type Terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-account-'));
const file = join(folder, 'palier.yaml');
const account = 'pharmacie-01' as AccountId;
const idOf = (letter: string): FactorId => `fac_${letter.repeat(32)}` as FactorId;
const [anas, gone] = [idOf('a'), idOf('g')];

function app(letter: string, change: Partial<TotpFactor>): TotpFactor {
  const at = Date.parse('2026-03-10T08:00:00Z') as Instant;
  return {
    kind: 'totp',
    id: idOf(letter),
    account,
    name: '',
    addedAt: at,
    activeFrom: at,
    secret: 'v1.k1.sealed' as TotpFactor['secret'],
    settings: { hash: 'sha1', digits: 6, period: 30 },
    lastStep: 0,
    ...change,
  };
}

let out = '';
const terminal: Terminal = {
  out: (text) => {
    out += text;
  },
  err: () => undefined,
  environment: {},
  interactive: false,
};

beforeAll(async () => {
  await prepareState(folder);
  writeFileSync(file, readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8'));
  await withMfa(soundConfig(file, terminal), terminal, async (_mfa, { mfa }) => {
    await mfa.factors.add(app('a', { name: 'app of Ana', boundBy: 'ticket' }));
    await mfa.factors.add(app('b', { name: 'b', boundBy: 'code', line: [gone, anas] }));
    await mfa.factors.add(app('c', { name: 'c', boundBy: 'code', line: [anas, gone] }));
    await mfa.factors.add(app('d', { name: 'd', boundBy: 'code' }));
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('palier account show says of which factor the code was that added another, where that is known', async () => {
  expect(await accountCommand(['show', account, '--config', file], terminal)).toBe(0);
  const told = out.match(/\(.*?\)(?= {2})/g);
  expect(told).toEqual([
    '(ticket)',
    `(code of ${anas} app of Ana)`,
    `(code of ${gone} removed since)`,
    '(code)',
  ]);
  out = '';
  await accountCommand(['show', account, '--json', '--config', file], terminal);
  const { factors } = JSON.parse(out) as { readonly factors: readonly { readonly boundWith?: string }[] };
  expect(factors.map(({ boundWith }) => boundWith)).toEqual([undefined, anas, gone, undefined]);
});

it('palier account show says that the account is locked, and what else is stopped that it may belong to', async () => {
  const at = ['--config', file];
  const shown = async (...words: readonly string[]): Promise<string> => {
    out = '';
    expect(await accountCommand(['show', account, ...words, ...at], terminal)).toBe(0);
    return out;
  };
  expect(await shown()).not.toMatch(/locked|stopped/i);
  await accountCommand(['lock', account, '--reason', 'stolen laptop', ...at], terminal);
  await accountCommand(['lock', 'pharmacie-02', ...at], terminal);
  for (const what of [
    ['class', 'pharmacy'],
    ['organisation', 'officine-01'],
    ['everything'],
    ['route', 'GET /'],
  ])
    await stopCommand([...what, ...at], terminal);
  const told = await shown();
  const [, ...lines] = told.split('\n');
  expect(lines.slice(0, 4).map((line) => line.replace(/ since .*? by [^\s:]+/, ''))).toEqual([
    '  LOCKED: stolen laptop',
    '  STOPPED with everything',
    '  stopped if its class is pharmacy, which the portal says,',
    '  stopped if its organisation is officine-01, which the portal says,',
  ]);
  expect(told.match(/LOCKED|GET/g)).toEqual(['LOCKED']);
  const { stops } = JSON.parse(await shown('--json')) as { readonly stops: readonly unknown[] };
  expect(stops).toMatchObject([
    { kind: 'account', name: account, reason: 'stolen laptop', holds: 'yes' },
    { kind: 'everything', holds: 'yes' },
    { kind: 'class', name: 'pharmacy', holds: 'maybe' },
    { kind: 'organisation', holds: 'maybe' },
  ]);
  await resumeCommand(['everything', ...at], terminal);
  expect(await shown()).not.toContain('everything');
});

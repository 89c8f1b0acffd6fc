// The commands of the README, in the order of the README, as an operator types them.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const launcher = new URL('../../packages/gateway/bin/palier.js', import.meta.url).pathname;
let folder: string;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `palier …` in the folder that `palier init` filled. */
function palier(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile('node', [launcher, ...words], { cwd: folder }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'palier-'));
  expect((await palier('init')).code).toBe(0);
}, 20_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('palier init', () => {
  it('writes a configuration and keys that only their owner can read', () => {
    expect(readdirSync(folder).sort()).toEqual([
      'ledger-private.jwk',
      'ledger-public.jwk',
      'palier-keys.json',
      'palier.yaml',
    ]);
    for (const name of ['palier-keys.json', 'ledger-private.jwk'])
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  it('writes over nothing', async () => {
    const before = readFileSync(join(folder, 'palier-keys.json'), 'utf8');
    expect((await palier('init')).code).toBe(1);
    expect(readFileSync(join(folder, 'palier-keys.json'), 'utf8')).toBe(before);
  });
});

describe('palier check', () => {
  it('finds what init wrote sound', async () => {
    const sound = expect.stringMatching(/palier\.yaml is sound\n$/);
    expect(await palier('check')).toMatchObject({ code: 0, out: sound });
  });

  it('tells every problem at once with line and fix, and serve does not start with them', async () => {
    const broken = readFileSync(join(folder, 'palier.yaml'), 'utf8')
      .replace('mode: observe', 'moed: observe')
      .replace('maxAge: 12h', 'maxAge: 12 hours');
    writeFileSync(join(folder, 'broken.yaml'), broken);
    const checked = await palier('check', 'broken.yaml', '--json');
    const { problems } = JSON.parse(checked.out) as { problems: readonly { line: number; fix: string }[] };
    expect(checked.code).toBe(1);
    expect(problems).toHaveLength(2);
    expect(problems.every(({ line, fix }) => line > 1 && fix.length > 3)).toBe(true);
    expect((await palier('serve', '--config', 'broken.yaml')).code).toBe(1);
  });

  it('answers 2 to words it does not know', async () => {
    expect((await palier('chekc')).code).toBe(2);
    expect((await palier('check', '--loud')).code).toBe(2);
  });
});

describe('palier explain', () => {
  it('asks the functions that enforce', async () => {
    const target = '/patients/199019999900110';
    const stranger = await palier('explain', 'GET', target);
    expect(stranger).toMatchObject({ code: 0, out: expect.stringContaining('answer   sign-in') });
    expect((await palier('explain', 'GET', target, '--as', 'gp')).out).toContain(
      'answer   step-up: no-proof',
    );
    expect((await palier('explain', 'GET', target, '--as', 'gp', '--proof', 'totp')).out).toContain(
      'answer   enough',
    );
    expect(await palier('explain', 'GET', '/patients/1', '--as', 'gp', '--proof', 'totp')).toMatchObject({
      code: 1,
      out: expect.stringContaining('answer   refused with 400: record-id-malformed\n'),
    });
    expect(await palier('explain', 'GET', '/public/../patients/1')).toMatchObject({
      code: 1,
      out: expect.stringContaining('dot-segment'),
    });
  });
});

describe('palier ledger and exposure', () => {
  it('say that there is no ledger yet, and leave no empty list that reads as nobody', async () => {
    expect((await palier('ledger', 'verify')).err).toContain('there is no ledger');
    const report = await palier('exposure', 'report', '--key', 'ledger-private.jwk', '--csv', 'seen.csv');
    expect(report).toMatchObject({ code: 1, err: expect.stringContaining('there is no ledger') });
    expect(readdirSync(folder)).not.toContain('seen.csv');
  });
});

describe('palier ticket and account', () => {
  it('issues a ticket once shown, lists it without its code, and revokes it', async () => {
    const issued = await palier('ticket', 'issue', 'pharmacie-01', '--json');
    const { code, ticket } = JSON.parse(issued.out) as { code: string; ticket: string };
    expect(code).toMatch(/^tkt-/);
    const listed = await palier('ticket', 'list');
    expect(listed.out).toContain(ticket);
    expect(listed.out + listed.err).not.toContain(code);
    expect((await palier('ticket', 'revoke', 'pharmacie-01', ticket)).code).toBe(0);
    expect((await palier('ticket', 'revoke', 'pharmacie-01', ticket)).code).toBe(1);
  });

  it('says of an account that left no trace that it is new here, once, and issues the ticket all the same', async () => {
    const first = await palier('ticket', 'issue', 'pharmcie-02', '--json');
    const second = await palier('ticket', 'issue', 'pharmcie-02', '--json');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect([first.err, second.err].map((text) => text.includes('pharmcie-02 is new here'))).toEqual([
      true,
      false,
    ]);
    expect([first.out, second.out].map((text) => (JSON.parse(text) as { isNew: boolean }).isNew)).toEqual([
      true,
      false,
    ]);
  });

  it('shows an account, ends its sessions and takes its factors', async () => {
    expect(await palier('account', 'show', 'pharmacie-01')).toMatchObject({
      code: 0,
      out: expect.stringContaining('pharmacie-01'),
    });
    expect((await palier('account', 'revoke-sessions', 'pharmacie-01')).code).toBe(0);
    expect((await palier('account', 'reset-factors', 'pharmacie-01')).code).toBe(0);
    expect(await palier('account', 'remove-factor', 'pharmacie-01', 'planted')).toMatchObject({
      code: 2,
      err: expect.stringContaining('as palier account show lists it'),
    });
    expect((await palier('account', 'forget', 'pharmacie-01')).err).toContain('remove-factor|reset-factors');
  });
});

describe('palier keys rotate', () => {
  it('makes the next sealing key current, keeps the old one and lets a fresh one wait', async () => {
    expect((await palier('keys', 'rotate')).code).toBe(0);
    const { sealing } = JSON.parse(readFileSync(join(folder, 'palier-keys.json'), 'utf8')) as {
      sealing: { current: string; keys: object };
    };
    expect([sealing.current, Object.keys(sealing.keys)]).toEqual(['k2', ['k1', 'k2', 'k3']]);
    expect((await palier('check')).code).toBe(0);
  });

  it('lets the next assertion key sign, and keeps the one before published', async () => {
    const names = (): readonly string[] => {
      const text = readFileSync(join(folder, 'palier-keys.json'), 'utf8');
      return (JSON.parse(text) as { assertion: { kid: string }[] }).assertion.map(({ kid }) => kid);
    };
    const [signing, next] = names();
    const { assertion } = JSON.parse((await palier('keys', 'rotate', '--json')).out) as { assertion: string };
    expect(assertion).toBe(next);
    const after = names();
    expect([after[0], after[2]]).toEqual([next, signing]);
    expect(new Set(after).size).toBe(3);
  });
});

// What an operator reads of an error that nobody put into words before.
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MfaError, secondsOf } from '@palier/mfa-core';
import { expect, it } from 'vitest';
import type { StoreAddress } from '../config/config.ts';
import { openStores } from '../stores/open.ts';
import { errorWords } from './error-words.ts';

const nowhere = join(tmpdir(), 'palier-nowhere', 'file');

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

it('codes of the system are put into words that name the file, also below what a store says', () => {
  const absent = thrownBy(() => readFileSync(nowhere));
  expect(errorWords(absent)).toMatch(
    /^the folder .*palier-nowhere is not there\n {4}fix: make it: mkdir -p /,
  );
  expect(errorWords(thrownBy(() => readdirSync(import.meta.filename)))).toContain('should be a folder');
  expect(errorWords(new MfaError('ERR_MFA_STORE', { cause: absent, detail: 'x' }))).toMatch(/^the folder /);
  const forbidden = Object.assign(new Error('EACCES: permission denied'), {
    code: 'EACCES',
    syscall: 'open',
    path: nowhere,
  });
  const said = errorWords(new MfaError('ERR_MFA_STORE', { cause: forbidden }));
  expect(said).toContain(`${nowhere} cannot be opened by this user (`);
  // What is not to be seen lies in a folder that is shut: that one is to be opened.
  expect(said).toMatch(new RegExp(`fix: run palier as the owner of ${tmpdir()} .*: chown \\S+ ${tmpdir()}$`));
});

it('a server that nobody is at is named by its address', async () => {
  const refused = await new Promise<Error>((resolve) => {
    connect({ host: '127.0.0.1', port: 1 }).once('error', resolve);
  });
  for (const error of [refused, new AggregateError([refused]), new Error('the store', { cause: refused })])
    expect(errorWords(error)).toMatch(/^nothing listens at 127\.0\.0\.1:1\n {4}fix: /);
});

it('of a name with several addresses the first is named', () => {
  const refused = (address: string): Error =>
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address, port: 1 });
  // Node gives the whole the code of its parts, and no address.
  const whole = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), {
    code: 'ECONNREFUSED',
  });
  for (const error of [whole, new Error('the store', { cause: whole })])
    expect(errorWords(error)).toMatch(/^nothing listens at ::1:1\n/);
});

it('a store that nobody is at is named by its setting', async () => {
  const at = (kind: 'postgres' | 'redis', port: number): StoreAddress => {
    return { kind, url: new URL(`${kind}://127.0.0.1:${port}`), password: undefined };
  };
  const patience = secondsOf(1);
  const durable: StoreAddress = { kind: 'sqlite', path: ':memory:' };
  for (const [setting, stores] of [
    ['stores.durable', { durable: at('postgres', 1), shared: at('postgres', 1), patience }],
    ['stores.shared', { durable, shared: at('redis', 1), patience }],
  ] as const)
    expect(await openStores(stores).then(() => 'open', errorWords)).toBe(
      `${setting}: nothing listens at 127.0.0.1:1\n    fix: start it, or write the right address at ${setting}`,
    );
});

it('what has words of its own keeps them', () => {
  expect(errorWords(new Error('no rotation is under way'))).toBe('no rotation is under way');
  expect(errorWords('odd')).toBe('unknown error');
});

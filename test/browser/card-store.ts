// A browser with a card in its certificate store: chromium in a home of its own, with an NSS database, and a policy file
// that lets it choose the certificate without asking. The policy file is the machine's: it names one address, and goes
// with the browser.
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';
import type { Leaf, Pki } from '../support/pki.ts';
import { chromiumPath } from './chromium.ts';

const run = promisify(execFile);
const policies = '/etc/chromium/policies/managed';

/** Whether tests with a card in a browser are to be skipped: a program is missing, or the policy may not be written. */
export const isCardStoreMissing: boolean =
  process.env['CI'] !== 'true' &&
  (chromiumPath === undefined ||
    !existsSync('/usr/bin/certutil') ||
    !existsSync('/usr/bin/pk12util') ||
    !mayWrite());

function mayWrite(): boolean {
  try {
    accessSync('/etc', constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export interface CardBrowser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** Starts the browser; `card` undefined leaves its store without any. */
export async function openCardBrowser(
  pki: Pki,
  cardOrigin: string,
  card: Leaf | undefined,
): Promise<CardBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'palier-home-'));
  const store = join(home, '.pki', 'nssdb');
  mkdirSync(store, { recursive: true });
  const database = ['-d', `sql:${store}`];
  await run('certutil', ['-N', '--empty-password', ...database]);
  for (const name of ['root-organisations', 'root-persons'] as const)
    await run('certutil', [
      '-A',
      '-n',
      name,
      '-t',
      'CT,C,C',
      '-i',
      pki.authority(name).certificate,
      ...database,
    ]);
  if (card !== undefined) {
    const p12 = await pki.pkcs12(card, 'essai');
    await run('pk12util', ['-i', p12, '-W', 'essai', '-K', '', ...database]);
  }
  const policy = writePolicy(cardOrigin);
  const context = await chromium.launchPersistentContext(join(home, 'profile'), {
    executablePath: chromiumPath ?? '',
    chromiumSandbox: process.getuid?.() !== 0,
    locale: 'fr-FR',
    env: { ...process.env, HOME: home },
  });
  return {
    context,
    close: async () => {
      await context.close();
      policy.remove();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Chromium cannot show its chooser without a screen; with the policy it takes what fits what the server asks for. Of several
 * files that set the same policy only the last by name counts: so the name has the time in it, and the file says what the
 * files before it said. What a run left that was killed says no word any more.
 */
function writePolicy(cardOrigin: string): { remove(): void } {
  const made = mkdirSync(policies, { recursive: true });
  const rule = JSON.stringify({ pattern: cardOrigin, filter: {} });
  const file = join(policies, `palier-test-at-${Date.now()}-${process.pid}.json`);
  writeFileSync(file, JSON.stringify({ AutoSelectCertificateForUrls: [...rulesThere(), rule] }));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(file, { force: true });
    if (made !== undefined) removeEmpty(policies, made);
  };
  process.once('exit', remove);
  return { remove };
}

/** The rules of test runs that go on at the same time. */
function rulesThere(): readonly string[] {
  const files = readdirSync(policies).filter((name) => name.startsWith('palier-test-at-'));
  return files.flatMap((name) => {
    try {
      return JSON.parse(readFileSync(join(policies, name), 'utf8')).AutoSelectCertificateForUrls;
    } catch {
      return []; // That run has ended meanwhile, and its file went with it.
    }
  });
}

/** Takes away the folders that were made for the file, from the innermost up to the first one made. */
function removeEmpty(folder: string, first: string): void {
  try {
    rmdirSync(folder);
    if (folder !== first) removeEmpty(join(folder, '..'), first);
  } catch {
    // Another test's file is in it; who comes last takes it away.
  }
}

// The example as somebody meets it: one command, one line, a card that opens what a password and a phone do not.

import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, type Page } from '../../test/support/browser.ts';
import { addressIn } from '../../test/support/provider-visit.ts';
import { type RunningProgram, startProgram } from '../breach-replay/processes.ts';
import type { AccountCards, CardFiles } from './cards/cards.ts';
import { explanation } from './explanation.ts';

const run = promisify(execFile);
const main: URL = new URL('main.ts', import.meta.url);
const room: string = mkdtempSync(join(tmpdir(), 'palier-health-portal-test-'));
afterAll(() => rmSync(room, { recursive: true }));

interface Ready {
  readonly gateway: string;
  readonly provider: string;
  readonly health: string;
  readonly accounts: readonly {
    readonly login: string;
    readonly password: string;
    readonly person: string;
    readonly ticket: string;
    readonly cards: AccountCards;
  }[];
  readonly cards: { readonly origin: string; readonly ca: string };
  readonly numbers: readonly string[];
}

describe('the health portal', () => {
  let program: RunningProgram;
  let ready: Ready;
  beforeAll(async () => {
    program = await startProgram(main, {
      args: ['--json', '--port', '0'],
      ready: /^\{"gateway"/,
      environment: { TMPDIR: room },
    });
    ready = JSON.parse(program.ready);
  });
  afterAll(() => program?.stop());

  it('prints exactly one line, with two people and their cards', () => {
    expect(program.lines).toEqual([program.ready]);
    expect(ready.accounts.map(({ login }) => login)).toEqual(['medecin-01', 'pharmacie-01']);
    const text = explanation({ ...ready, close: () => Promise.resolve() });
    expect(text).toContain('medecin-01-motdepasse');
    expect(text).toContain(ready.accounts[0]?.cards.card.bundle);
  });

  it('opens a look-up with the certificate of a card, by the line of curl that it prints', async () => {
    const { browser, target, address } = await stoppedForCard(ready);
    expect(address.startsWith(`${ready.cards.origin}/.palier/card?ask=`)).toBe(true);
    const line = explanation({ ...ready, close: () => Promise.resolve() })
      .split('\n')
      .find((one) => one.trimStart().startsWith('curl '));
    const { stdout } = await run('sh', ['-c', (line ?? '').replace('ADDRESS', address)]);
    const back = new URL(stdout.trim());
    expect(back.origin).toBe(ready.gateway);
    const done = await browser.go(`${back.pathname}${back.search}`);
    expect(done.location).toBe(target);
    expect((await browser.go(target)).status).toBe(200);
  });

  it('opens nothing with no card, the other person’s, or one that was reported lost', async () => {
    const cards = ready.accounts.map((account) => account.cards);
    for (const [card, word] of [
      [undefined, 'aucun certificat'],
      [cards[1]?.card, 'autre personne'],
      [cards[0]?.lost, 'révoqué'],
    ] as const) {
      const { browser, target, address } = await stoppedForCard(ready);
      const { stdout } = await show(ready, address, card);
      const [status = '', location = ''] = stdout.slice(stdout.lastIndexOf('\n') + 1).split(' ');
      expect([status, location]).toEqual(['403', '']);
      expect(stdout).toContain(word);
      expect((await browser.go(target)).status).toBe(303);
    }
  });

  it('gives a card as a file that browsers import, with its key and its certificate', async () => {
    for (const { cards } of ready.accounts) {
      const { bundle, password, certificate } = cards.card;
      const { stdout } = await run('openssl', [
        'pkcs12',
        '-in',
        bundle,
        '-nodes',
        '-passin',
        `pass:${password}`,
      ]);
      expect(stdout).toContain('BEGIN PRIVATE KEY');
      const inside = new X509Certificate(stdout.slice(stdout.indexOf('-----BEGIN CERTIFICATE')));
      expect(inside.fingerprint256).toBe(new X509Certificate(readFileSync(certificate)).fingerprint256);
      expect(inside.checkPrivateKey(createPrivateKey(stdout))).toBe(true);
      await expect(
        run('openssl', ['pkcs12', '-in', bundle, '-nodes', '-passin', 'pass:x']),
      ).rejects.toThrow();
    }
  });

  it('opens a look-up with a card at the provider, and not with the phone app', async () => {
    const browser = await signedIn(ready);
    const target = `/patients/${ready.numbers[0]}`;
    const stop = await browser.go(target);
    const page = await browser.go(stop.location);
    const refused = await browser.go(await visit(browser, page, '899700218896/app'));
    expect(refused.status).toBe(400);
    const done = await browser.go(await visit(browser, refused, '899700218896/card'));
    expect(done.location).toBe(target);
    expect((await browser.go(target)).status).toBe(200);
  });

  it('asks for the card at a sick leave whatever else was proved, and sends the form afterwards', async () => {
    const browser = await signedIn(ready);
    const fields = { nir: ready.numbers[1] ?? '', debut: '2026-01-05', fin: '2026-01-09', motif: 'essai' };
    const stop = await browser.post('/aat', fields);
    expect([stop.status, stop.location.startsWith('/.palier/step-up')]).toEqual([303, true]);
    const page = await browser.go(stop.location);
    expect(page.text).toContain('Pro Santé Connect');
    const done = await browser.go(await visit(browser, page, '899700218896/card'));
    const sent = await browser.go(done.location);
    expect([sent.status, sent.text.includes('AAT-')]).toEqual([201, true]);
  });

  it('ends when it is told to, and leaves no folder behind', async () => {
    expect(readdirSync(room)).toHaveLength(1);
    await program.stop();
    await expect(fetch(ready.health)).rejects.toThrow();
    expect(readdirSync(room)).toEqual([]);
  });
});

async function signedIn({ gateway, accounts }: Ready): Promise<Browser> {
  const browser = openBrowser(new URL(gateway));
  const { login = '', password = '' } = accounts[0] ?? {};
  await browser.post('/login', { login, password, next: '/' });
  return browser;
}

/** Stopped before a look-up; gives the address at which the card is to be shown. */
async function stoppedForCard(
  ready: Ready,
): Promise<{ readonly browser: Browser; readonly target: string; readonly address: string }> {
  const browser = await signedIn(ready);
  const target = `/patients/${ready.numbers[2]}`;
  const page = await browser.go((await browser.go(target)).location);
  const form = page.forms.find(({ action }) => action === '/.palier/step-up/card');
  const sent = await browser.post(form?.action ?? '', form?.fields ?? {});
  return { browser, target, address: sent.location };
}

/** What curl gets at the listener: the page, then status and location on the last line. */
function show(
  { cards }: Ready,
  address: string,
  card: CardFiles | undefined,
): Promise<{ readonly stdout: string }> {
  const shown = card === undefined ? [] : ['--cert', card.certificate, '--key', card.key];
  const words = ['-H', 'Accept-Language: fr', '-w', '\n%{http_code} %{redirect_url}'];
  return run('curl', ['-s', '--cacert', cards.ca, ...words, ...shown, address]);
}

/** Presses the provider's button and makes a choice there; answers with where that leads back to. */
async function visit(browser: Browser, page: Page, choice: string): Promise<string> {
  const form = page.forms.find(({ action }) => action.startsWith('/.palier/oidc/'));
  const away = new URL(addressIn(await browser.post(form?.action ?? '', form?.fields ?? {})));
  const there = openBrowser(new URL(away.origin));
  const choose = await there.follow(`${away.pathname}${away.search}`);
  const sent = await there.post(choose.forms[0]?.action ?? '', { choice });
  let location = sent.location;
  for (let hops = 0; hops < 5 && location.startsWith(away.origin); hops += 1)
    location = (await there.go(location.slice(away.origin.length))).location;
  const back = new URL(location);
  return `${back.pathname}${back.search}`;
}

// The example as somebody meets it: one command, one line, a card that opens what a password and a phone do not.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, type Page } from '../../test/support/browser.ts';
import { addressIn } from '../../test/support/provider-visit.ts';
import { type RunningProgram, startProgram } from '../breach-replay/processes.ts';
import { explanation } from './explanation.ts';

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
  }[];
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
    expect(explanation({ ...ready, close: () => Promise.resolve() })).toContain('medecin-01-motdepasse');
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

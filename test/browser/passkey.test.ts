// One real browser drives the demo as a pharmacist would: password, stop, ticket, passkey, patient, presence used up,
// one touch, patient. And once more with codes, by keyboard alone and without script.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantOf } from '@palier/mfa-core';
import { totpCode } from '@palier/mfa-core/testing';
import { createPopulation } from '../../examples/portal/population.ts';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (executable === undefined && process.env['CI'] === 'true') throw new Error('chromium is missing');

interface Ready {
  readonly gateway: string;
  readonly accounts: readonly { readonly login: string; readonly password: string }[];
  readonly tickets: readonly { readonly account: string; readonly code: string }[];
}

const persons = createPopulation({ size: 50, seed: 2022 });
const patient = (index: number): string => `/patients/${persons.nirOf(index)}`;
const shots = process.env['PALIER_SCREENSHOTS'];

describe.skipIf(executable === undefined)('a pharmacist with a real browser', () => {
  let demo: ChildProcess;
  let browser: Browser;
  let ready: Ready;

  beforeAll(async () => {
    demo = spawn('node', ['--conditions=palier-source', 'examples/demo/main.ts', '--json', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    ready = await firstLine(demo);
    browser = await chromium.launch({ executablePath: executable ?? '', args: ['--no-sandbox'] });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    demo?.kill('SIGTERM');
  });

  it('enrols a passkey with the ticket, sees the patient, uses the presence up and goes on with one touch', async () => {
    const context = await browser.newContext({ locale: 'fr-FR' });
    const page = await context.newPage();
    await withAuthenticator(context, page);
    await signIn(page, ready, 0);
    await page.goto(ready.gateway + patient(0));
    expect(page.url()).toContain('/.palier/step-up?resume=');
    await look(page, 'step-up-not-enrolled');
    await page.click('main a.button');
    await page.fill('#ticket', ready.tickets[0]?.code ?? '');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#key-button:not([hidden])');
    await look(page, 'choose');
    await page.fill('#name', 'clé du comptoir');
    await page.click('#key-button');
    await page.waitForSelector('ul.codes');
    expect(await page.locator('ul.codes li').count()).toBe(10);
    await look(page, 'enrolled');
    await page.click('main a.button');
    await page.waitForURL(`**${patient(0)}`);
    expect(await page.content()).toContain(persons.personByIndex(0).family);

    const stoppedAt = await lookUpUntilStopped(page, ready);
    expect(stoppedAt).toBeGreaterThan(1);
    await page.waitForSelector('#key-button:not([hidden])');
    await look(page, 'presence-used-up');
    await page.click('#key-button');
    await page.waitForURL(`**${patient(stoppedAt)}`);
    expect(await page.content()).toContain(persons.personByIndex(stoppedAt).family);
    for (const own of ['factors', 'sessions', 'enrol', 'step-up']) {
      await page.goto(`${ready.gateway}/.palier/${own}`);
      await look(page, own);
    }
    await context.close();
  }, 60_000);

  it('does the same with an app by keyboard alone, in English and without script', async () => {
    const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page, ready, 1);
    await page.goto(ready.gateway + patient(9));
    await tabTo(page, 'a.button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#ticket');
    await page.keyboard.type(ready.tickets[1]?.code ?? '');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#app button');
    await tabTo(page, '#app button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.qr svg');
    await look(page, 'qr-english');
    const secret = (await page.locator('.secret').textContent()) ?? '';
    await page.keyboard.type(totpCode(fromBase32(secret), instantOf(Date.now())));
    await page.keyboard.press('Enter');
    await page.waitForSelector('ul.codes');
    await tabTo(page, 'main a.button');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${patient(9)}`);
    expect(await page.content()).toContain(persons.personByIndex(9).family);
    await context.close();
  }, 60_000);
});

function firstLine(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end !== -1) resolve(JSON.parse(text.slice(0, end)) as Ready);
    });
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
  });
}

async function withAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

async function signIn(page: Page, ready: Ready, index: number): Promise<void> {
  await page.goto(`${ready.gateway}/login`);
  await page.fill('[name=login]', ready.accounts[index]?.login ?? '');
  await page.fill('[name=password]', ready.accounts[index]?.password ?? '');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${ready.gateway}/`);
}

/** The index of the first patient that is not shown. */
async function lookUpUntilStopped(page: Page, ready: Ready): Promise<number> {
  for (let index = 1; index < 40; index += 1) {
    await page.goto(ready.gateway + patient(index));
    if (page.url().includes('/.palier/step-up')) return index;
  }
  throw new Error('forty patients were shown and nobody was stopped');
}

/** Tab until the focus is on the element: what a person without a mouse does. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`${selector}:focus`).count()) === 1) return;
  }
  throw new Error(`${selector} cannot be reached by keyboard`);
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text.replaceAll(' ', '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

/** With PALIER_SCREENSHOTS set: the page as a phone and a desktop show it, light and dark. */
async function look(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, width] of [['desktop', 1200], ['phone', 390]] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: `${shots}/${name}-${size}-${colorScheme}.png`, fullPage: true });
    }
  }
}

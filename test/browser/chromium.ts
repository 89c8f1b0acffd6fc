// A real browser: the system's chromium, with a passkey authenticator made of software plugged in. Where there is no
// chromium the tests that need one are skipped; scripts/preflight.mjs says so and fails under CI=true.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/snap/bin'];

/** Where chromium is; undefined where it is not. */
export const chromiumPath: string | undefined = FOLDERS.flatMap((folder) =>
  NAMES.map((name) => join(folder, name)),
).find(isExecutable);

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the browser. Its sandbox needs an account that is not root. */
export function launch(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no chromium here');
  return chromium.launch({ executablePath: chromiumPath, chromiumSandbox: process.getuid?.() !== 0 });
}

/** A person's window: French, and a violation of the content security policy or an error in a script fails it. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the console complained about. */
  readonly complaints: readonly string[];
}

/** Opens a window with its own cookies. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ locale: 'fr-FR', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40[0-9]/.test(message.text()))
      complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** Plugs a passkey authenticator into the window. */
export async function plugAuthenticator({ context, page }: Window): Promise<{ unplug(): Promise<void> }> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    unplug: async () => void (await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })),
  };
}

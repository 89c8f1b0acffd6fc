// A card made of software: a SoftHSM token whose key was made on it and cannot be taken off. What a reader and its driver
// are to a browser, PKCS#11 is to curl here.
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LeafSpec, Pki } from '../support/pki.ts';

const run = promisify(execFile);

export interface Token {
  readonly pin: string;
  /** Goes to an address with the card; the answer's status and Location, or curl's exit code. */
  fetch(
    address: string,
    pin?: string,
  ): Promise<{ readonly status: number; readonly location: string } | { readonly failed: number }>;
  /** Whether the private key can be read off the token. */
  exportsKey(): Promise<boolean>;
  remove(): void;
}

function below(folder: string, rest: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const found = readdirSync(folder).find((name) => existsSync(join(folder, name, rest)));
  return found && join(folder, found, rest);
}

const modulePath = below('/usr/lib', 'softhsm/libsofthsm2.so') ?? existing('/usr/lib/softhsm/libsofthsm2.so');
const enginePath = below('/usr/lib', 'engines-3/pkcs11.so');

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

const programs = ['/usr/bin/softhsm2-util', '/usr/bin/pkcs11-tool', '/usr/bin/curl'].every((path) =>
  existsSync(path),
);

/** Whether tests of tokens are to be skipped; under CI=true none is, so that a missing program fails the run. */
export const isTokenMissing: boolean =
  process.env['CI'] !== 'true' && (modulePath === undefined || enginePath === undefined || !programs);

/** Makes a token, a key on it, and has its certificate issued. */
export async function makeToken(pki: Pki, spec: LeafSpec): Promise<Token> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-token-'));
  mkdirSync(join(folder, 'tokens'));
  const settings = join(folder, 'softhsm2.conf');
  writeFileSync(
    settings,
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const pin = '271828';
  const env = { ...process.env, SOFTHSM2_CONF: settings, PKCS11_MODULE_PATH: modulePath ?? '' };
  const on = { cwd: folder, env, timeout: 15_000 };
  const tool = (...args: readonly string[]): Promise<unknown> =>
    run('pkcs11-tool', ['--module', modulePath ?? '', '--login', '--pin', pin, ...args], on);
  await run(
    'softhsm2-util',
    ['--init-token', '--free', '--label', 'carte', '--pin', pin, '--so-pin', '314159'],
    on,
  );
  await tool('--keypairgen', '--key-type', 'rsa:2048', '--id', '01', '--label', 'authentification');
  const key = (given: string): string =>
    `pkcs11:token=carte;object=authentification;type=private?pin-value=${given}`;
  const request = join(folder, 'request.csr');
  const asked = [
    '-new',
    '-engine',
    'pkcs11',
    '-keyform',
    'engine',
    '-key',
    key(pin),
    '-subj',
    '/CN=x',
    '-out',
    request,
  ];
  await run('openssl', ['req', ...asked], on);
  const leaf = await pki.issue({ ...spec, request });
  writeFileSync(join(folder, 'card.der'), new X509Certificate(readFileSync(leaf.certificate)).raw);
  await tool('--write-object', 'card.der', '--type', 'cert', '--id', '01', '--label', 'authentification');
  return {
    pin,
    fetch: async (address, given = pin) => {
      const certificate = 'pkcs11:token=carte;object=authentification;type=cert';
      const card = [
        '--engine',
        'pkcs11',
        '--cert-type',
        'ENG',
        '--cert',
        certificate,
        '--key-type',
        'ENG',
        '--key',
        key(given),
      ];
      const quiet = ['--silent', '--max-time', '10', '--cacert', pki.anchors, '--output', '/dev/null'];
      const told = ['--write-out', '%{http_code} %{redirect_url}', address];
      try {
        const { stdout } = await run('curl', [...quiet, ...card, ...told], on);
        const [status = '', location = ''] = stdout.split(' ');
        return { status: Number(status), location };
      } catch (error) {
        return { failed: Number((error as { readonly code?: unknown }).code) };
      }
    },
    exportsKey: async () => {
      const off = ['--read-object', '--type', 'privkey', '--id', '01', '--output-file', 'taken'];
      await tool(...off).catch(() => undefined);
      return existsSync(join(folder, 'taken')) && readFileSync(join(folder, 'taken')).length > 0;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

// `palier doctor` against the demo, against a forwarder that guards by text, and against a server that says yes to all.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctorCommand } from '../../packages/gateway/src/cli/doctor.ts';
import { UsageError } from '../../packages/gateway/src/cli/words.ts';
import { startNaiveStand } from '../attacks/naive-stand.ts';
import type { Stand } from '../attacks/stand.ts';
import { inMemory, type Site, startSite } from '../support/start.ts';

interface Told {
  readonly healthy: boolean;
  readonly probes: readonly { readonly name: string; readonly verdict: string; readonly mend: string }[];
}

async function examine(...words: readonly string[]): Promise<{ readonly code: number } & Told> {
  let out = '';
  const code = await doctorCommand([...words, '--json'], {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    environment: {},
    interactive: false,
  });
  return { code, ...(JSON.parse(out) as Told) };
}

/** What an operator reads. */
async function said(...words: readonly string[]): Promise<string> {
  let out = '';
  const hear = (text: string): void => {
    out += text;
  };
  await doctorCommand(words, { out: hear, err: hear, environment: {}, interactive: false });
  return out;
}

const named = ({ probes }: Told, ...verdicts: readonly string[]): readonly string[] =>
  probes.filter(({ verdict }) => verdicts.includes(verdict)).map(({ name }) => name);

const overTls = ['the certificate', 'old TLS', 'HSTS'];

/** What is bad about TLS at a server of these options, with a certificate it signed itself. */
async function withTls(
  options: TlsOptions,
  header: string,
  act: (at: string) => Promise<Told>,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-doctor-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
    { stdio: 'ignore' },
  );
  const server = createTlsServer(
    { key: readFileSync(key), cert: readFileSync(cert), ...options },
    (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${header}\r\nwelcome`));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    const told = await act(`https://localhost:${typeof address === 'object' ? address?.port : 0}`);
    return named(told, 'bad').filter((name) => overTls.includes(name));
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('palier doctor', () => {
  let site: Site;
  let naive: Stand;
  let yes: Server;
  let yesAt: string;
  beforeAll(async () => {
    [site, naive] = await Promise.all([startSite(), startNaiveStand()]);
    yes = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\n\r\nwelcome'));
    });
    await new Promise<void>((resolve) => yes.listen(0, '127.0.0.1', resolve));
    const address = yes.address();
    yesAt = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterAll(async () => {
    yes?.close();
    await naive?.close();
    await site?.close();
  });

  it('finds nothing at the demo, and says what it did not try', async () => {
    const told = await examine(site.origin.origin, '--path', '/patients/1');
    expect(named(told, 'bad', 'unclear')).toEqual([]);
    expect(named(told, 'not tried')).toEqual([...overTls, 'the portal by itself']);
    expect(told).toMatchObject({ code: 0, healthy: true });
  });

  it('reads the file, if it is told one, for what no question from outside can find out', async () => {
    const file = join(site.folder, 'palier.yaml');
    const told = await examine(site.origin.origin, '--config', file);
    expect(named(told, 'good')).toContain('strangers are told apart');
    // What check warns of besides is no matter of strangers.
    const weaker = join(site.folder, 'weaker.yaml');
    writeFileSync(weaker, readFileSync(file, 'utf8').replace(/^enrolment:$/m, '$&\n  keyAfterCode: 72h'));
    expect(named(await examine(site.origin.origin, '--config', weaker), 'bad')).toEqual([]);
    const behind = join(site.folder, 'behind.yaml');
    const text = readFileSync(file, 'utf8')
      .replace(/^origin: .*$/m, 'origin: https://portail.example')
      .replace('durable: memory, shared: memory', 'durable: sqlite:palier.db');
    writeFileSync(behind, text);
    const other = await examine(site.origin.origin, '--config', behind);
    expect(named(other, 'bad')).toEqual(['strangers are told apart']);
    expect(named(other, 'unclear')).toEqual([]);
    writeFileSync(behind, text.replace('mode: enforce', 'mode: observe'));
    const observing = await examine(site.origin.origin, '--config', behind);
    expect(named(observing, 'unclear')).toEqual(['what is refused is enforced']);
  });

  it('asks the demo without a path too', async () => {
    expect(await examine(site.origin.origin)).toMatchObject({ code: 0 });
  });

  it('finds a forwarder that guards by the text of the path, and says how to mend it', async () => {
    const told = await examine(`http://localhost:${naive.port}`, '--path', '/patients/1');
    expect(told).toMatchObject({ code: 1, healthy: false });
    // It refuses the plain path; that it is somebody else who does so is told, not taken for a hole.
    expect(named(told, 'unclear')).toContain('the guarded path');
    expect(named(told, 'bad')).toEqual(
      expect.arrayContaining([
        'palier answers',
        'what is not declared',
        'the path with a double slash',
        'the path with a dot segment',
        'the path with an encoded letter',
        'the absolute form',
        'health at /ready',
      ]),
    );
    for (const { mend } of told.probes) expect(mend.length).toBeGreaterThan(10);
  });

  it('has no probe that cannot fail: who says yes to everything fails them all', async () => {
    const told = await examine(yesAt, '--path', '/patients/1', '--portal', yesAt);
    expect(named(told, 'good', 'unclear')).toEqual([]);
    expect(named(told, 'not tried')).toEqual(overTls);
  });

  it('finds a portal that can be reached past Palier, and finds it good when it cannot', async () => {
    const past = await examine(site.origin.origin, '--portal', yesAt);
    expect([past.code, named(past, 'bad')]).toEqual([1, ['the portal by itself']]);
    const closed = await examine(site.origin.origin, '--portal', 'http://127.0.0.1:1');
    expect([closed.code, named(closed, 'bad')]).toEqual([0, []]);
  });

  it('calls plain HTTP bad where it is not this machine', async () => {
    const { port } = new URL(yesAt);
    const told = await examine(`http://0.0.0.0:${port}`);
    expect(named(told, 'bad')).toEqual(expect.arrayContaining([...overTls, 'palier answers']));
    expect(told.code).toBe(1);
  });

  it.each([
    [
      'http://palier.invalid',
      /^nobody can be asked at http:\/\/palier\.invalid: the name palier\.invalid is not known here\n$/,
    ],
    [
      'http://127.0.0.1:1',
      /^nobody can be asked at http:\/\/127\.0\.0\.1:1: nothing listens at 127\.0\.0\.1:1\n$/,
    ],
    [
      'https://127.0.0.1:1',
      /^nobody can be asked at https:\/\/127\.0\.0\.1:1: nothing listens at 127\.0\.0\.1:1\n$/,
    ],
  ])(
    'says of %s in one line that nothing listens there, and gives no advice about fronts',
    async (at, line) => {
      expect(await examine(at)).toMatchObject({ code: 1, healthy: false, probes: [] });
      expect(await said(at)).toMatch(line);
    },
  );

  it('says of what a gateway lets through that it observes, and mends no front for it', async () => {
    const file = join(site.folder, 'observing.yaml');
    const enforcing = readFileSync(join(site.folder, 'palier.yaml'), 'utf8');
    writeFileSync(file, enforcing.replace('mode: enforce', 'mode: observe'));
    await site.reload([['mode: enforce', 'mode: observe'], ...inMemory]);
    try {
      const bare = await examine(site.origin.origin, '--path', '/patients/1');
      expect(named(bare, 'bad')).toContain('what is not declared');
      expect(bare.probes.find(({ name }) => name === 'what is not declared')?.mend).toContain(
        'mode: observe',
      );
      const told = await examine(site.origin.origin, '--path', '/patients/1', '--config', file);
      expect(named(told, 'bad')).toEqual([]);
      expect(named(told, 'unclear')).toContain('what is not declared');
      const words = await said(site.origin.origin, '--path', '/patients/1', '--config', file);
      expect(words).toContain('the gateway observes (mode: observe) and refuses nothing');
      expect(words).not.toContain('let no location of the front');
      // What it refuses all the same is judged as ever.
      expect(named(told, 'good')).toContain('the path with two dots');
    } finally {
      await site.reload(inMemory);
    }
  });

  it('finds old TLS, a certificate nobody vouches for and missing HSTS, and not where they are mended', async () => {
    const lax = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    expect(await withTls(lax, '', (at) => examine(at))).toEqual(overTls);
    const strict = { minVersion: 'TLSv1.2' } as const;
    const hsts = 'Strict-Transport-Security: max-age=31536000\r\n';
    expect(await withTls(strict, hsts, (at) => examine(at))).toEqual(['the certificate']);
  });

  it.each([
    '',
    'portail.example',
    'ftp://portail.example',
    'http://user@portail.example',
    'http://a/b',
    'http://a http://b',
    'http://a --path /a?b',
  ])('refuses "%s" as wrong usage', async (words) => {
    await expect(examine(...words.split(' '))).rejects.toThrow(UsageError);
  });
});

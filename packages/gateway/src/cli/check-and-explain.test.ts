// What an operator reads of a configuration before anybody is stopped by it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareState } from '../../../../examples/demo/state.ts';
import { checkCommand } from './check.ts';
import { explainCommand } from './explain.ts';
import { soundStart } from './start-files.ts';
import type { Terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-'));
beforeAll(async () => {
  await prepareState(folder);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A portal that is there: what is to be said where none is, is upstream-warnings.test.ts.
const portal = createServer((socket) => socket.destroy());
await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
afterAll(() => portal.close());
const { port } = portal.address() as AddressInfo;
const starter = readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8').replace(
  '127.0.0.1:8081',
  `127.0.0.1:${port}`,
);
const behind = starter.replace('http://localhost:8080', 'https://portail.example');
const file = join(folder, 'palier.yaml');

function listening(): Terminal & { readonly said: () => string } {
  let out = '';
  const hear = (text: string): void => {
    out += text;
  };
  return { out: hear, err: hear, environment: {}, interactive: false, said: () => out };
}

async function check(text: string, ...words: readonly string[]): Promise<readonly [number, string]> {
  writeFileSync(file, text);
  const terminal = listening();
  return [await checkCommand([file, ...words], terminal), terminal.said()];
}

async function explain(text: string, ...words: readonly string[]): Promise<string> {
  writeFileSync(file, text);
  const terminal = listening();
  await explainCommand([...words, '--config', file], terminal);
  return terminal.said();
}

describe('palier check warns', () => {
  const isSound = [0, `${file} is sound\n`];

  it('where every stranger has the address of the front, and still finds it sound', async () => {
    const [code, said] = await check(behind);
    expect(code).toBe(0);
    expect(said).toMatch(/:\d+:\d+ {2}routes\[\d+\]\.login: warning: counts every stranger as one/);
    expect(said).toContain('fix: write clientAddress');
    const json = JSON.parse((await check(behind, '--json'))[1]) as { warnings: readonly unknown[] };
    expect(json).toMatchObject({ sound: true, problems: [], warnings: [{ path: 'routes[1].login' }] });
    const terminal = listening();
    await soundStart(file, terminal);
    expect(terminal.said()).toContain('warning: counts every stranger as one');
  });

  it('of a condition on networks that the front answers for everybody', async () => {
    const asks = 'require: open, when: { network: [10.0.0.0/8] }';
    const [, said] = await check(behind.replace('require: open, login: { field: login }', asks));
    expect(said).toContain('asks for a network, and everybody has the address of the front');
  });

  it('of a key that a phished code binds, however long it waits', async () => {
    const issuer = 'enrolment: { issuer: Palier }';
    const weaker = starter.replace(issuer, 'enrolment: { issuer: Palier, keyAfterCode: 72h }');
    const [code, said] = await check(weaker);
    expect(code).toBe(0);
    expect(said).toMatch(/enrolment\.keyAfterCode: warning: lets one phished code bind a key of the thief/);
    const never = starter.replace(issuer, 'enrolment: { issuer: Palier, keyAfterCode: never }');
    expect(await check(never)).toEqual(isSound);
  });

  it('of nothing where the front is named, where TLS ends here, and in a try on localhost', async () => {
    const named = `${behind}\nclientAddress: { header: X-Forwarded-For, from: [127.0.0.1] }\n`;
    const tls = `${behind}\ntls: { cert: cert.pem, key: key.pem }\n`;
    for (const text of [named, tls, starter]) expect(await check(text)).toEqual(isSound);
  });
});

describe('palier explain leaves out nothing that decides', () => {
  const much = starter.replace(
    /^routes:$/m,
    `routes:
  - match: POST /sign-in
    require: open
    through: gateway
    login:
      field: login
      from: [https://www.portail.example]
      success: { status: 303, cookie: SID, location: / }
      limits: { account: { free: 3, longest: 10m }, pressure: 50 }
      equal: { location: /refused, after: 1s }
  - { match: GET /refused, require: open }
  - match: GET /acts/{nir}
    require: { accept: card, maxAge: 15m }
    records: { from: path, name: nir, as: nir }
    query: [page]
    fields: [rights]
    bind: request
    client: program
    when: { class: [gp], hours: { from: "08:00", to: "20:00" } }`,
  );

  it('on a route that signs in', async () => {
    const said = await explain(much, 'POST', '/sign-in');
    for (const line of [
      'through  the gateway alone; a front that asks about it is refused',
      'body     application/x-www-form-urlencoded, at most 16384 bytes',
      'signs in login in login',
      'guesses  browser 10 free, then waits up to 15m; account 3 free, then waits up to 10m; network 60 free, then waits up to 5m; pressure 50',
      'success  status 303, a new SID, to /',
      'forms of this origin and https://www.portail.example',
      'equal    every failure leads to /refused after 1s',
    ])
      expect(said).toContain(`${line}\n`);
  });

  it('nor that no body passes: on paper there is none to be refused', async () => {
    const search = `  - match: POST /search
    require: { accept: second-factor, maxAge: 12h }
    records: { from: answer-json, pointer: /patients/*/nir, as: nir }
`;
    const line = 'body     none: a request with one is refused with 415: body-not-declared\n';
    for (const body of ['', '    body: none\n']) {
      const text = starter.replace(/^routes:\n/m, `routes:\n${search}${body}`);
      expect(await explain(text, 'POST', '/search')).toContain(line);
    }
    const declared = `${search}    body: { types: [application/x-www-form-urlencoded] }\n`;
    const said = await explain(starter.replace(/^routes:\n/m, `routes:\n${declared}`), 'POST', '/search');
    expect(said).toContain('body     application/x-www-form-urlencoded, at most 65536 bytes\n');
    // Without a word on a method that has none.
    expect(await explain(starter, 'GET', '/patients')).not.toContain('\nbody ');
  });

  it('nor what is no record: after the gesture it is asked for, the request is refused all the same', async () => {
    const words = ['GET', '/patients/1', '--as', 'gp'] as const;
    expect(await explain(starter, ...words)).toContain(
      'answer   step-up: no-proof; then refused with 400: record-id-malformed\n',
    );
    expect(await explain(starter, ...words, '--proof', 'totp')).toContain(
      'answer   refused with 400: record-id-malformed\n',
    );
  });

  it('nor what the budgets of a class take for a look-up, as the gate does', async () => {
    const words = ['GET', '/patients/199019999900110', '--proof', 'totp', '--as'] as const;
    expect(await explain(starter, ...words, 'gp')).toContain('answer   enough\n');
    expect(await explain(starter, ...words, 'shared')).toContain(
      'answer   step-up: pays-nothing; what was shown pays for no such look-up in this class, card does\n',
    );
    const none = `${starter}\nbudgets: { classes: { gp: { code: none } } }\n`;
    expect(await explain(none, ...words, 'gp')).toContain('in this class, webauthn or card does\n');
  });

  it('on a route that shows records', async () => {
    const said = await explain(much, 'GET', '/acts/1', '--as', 'gp', '--proof', 'card');
    for (const line of [
      'query    only page',
      'asks     step-up with card, at most 15m old',
      'when     class is gp; time is 08:00 to 20:00 in Europe/Paris, days 1 2 3 4 5 6 7',
      'counts   nir from path',
      'fields   rights',
      'bind     the assertion is good for this request alone',
      'client   is a program unless its headers say otherwise',
    ])
      expect(said).toContain(`${line}\n`);
  });
});

// What the gateway answers to a front that asks, by the shapes each front sends. Nothing stands between test and gateway
// here; real fronts are in the tests beside this one.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskedSite, startAskedSite } from '../support/asked-site.ts';
import { type Professional, seat } from '../support/professional.ts';
import { inMemory } from '../support/start.ts';

let site: AskedSite;
beforeAll(async () => {
  site = await startAskedSite();
});
afterAll(() => site.close());

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

type Pairs = readonly (readonly [string, string])[];

/** Asks as a front does: name and value in turn, nothing added but Host. */
function askRaw(path: string, pairs: Pairs, method = 'GET', port = site.askPort): Promise<Told> {
  return new Promise((resolve, reject) => {
    const headers = pairs.flat();
    if (!pairs.some(([name]) => name.toLowerCase() === 'host')) headers.push('Host', 'palier');
    const asking = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    asking.on('error', reject);
    asking.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    asking.end();
  });
}

interface Asked {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Pairs;
}

/** The same request in the words of each front, as in the recordings beside this test. */
const shapes = {
  nginx: ({ method = 'GET', target, headers = [] }: Asked) =>
    askRaw('/.palier/forward-auth/nginx', [
      ['X-Original-Method', method],
      ['X-Original-URI', target],
      ['X-Original-Host', site.origin.host],
      ['X-Original-Peer', '192.0.2.7'],
      ['Connection', 'close'],
      ...headers,
    ]),
  haproxy: ({ method = 'GET', target, headers = [] }: Asked) =>
    askRaw('/.palier/forward-auth/haproxy', [
      ['x-original-method', method],
      ['x-original-uri', target],
      ['x-original-host', site.origin.host],
      ['x-original-peer', '192.0.2.7'],
      ...headers,
    ]),
  caddy: ({ method = 'GET', target, headers = [] }: Asked) =>
    askRaw('/.palier/forward-auth/caddy', [
      ['Host', `127.0.0.1:${site.askPort}`],
      ['User-Agent', 'curl/8'],
      ...headers,
      ['X-Forwarded-For', '192.0.2.7'],
      ['X-Forwarded-Host', site.origin.host],
      ['X-Forwarded-Method', method],
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Uri', target],
      ['Accept-Encoding', 'gzip'],
    ]),
  traefik: ({ method = 'GET', target, headers = [] }: Asked) =>
    askRaw('/.palier/forward-auth/traefik', [
      ['User-Agent', 'curl/8'],
      ...headers,
      ['X-Forwarded-For', '192.0.2.7'],
      ['X-Forwarded-Host', site.origin.host],
      ['X-Forwarded-Method', method],
      ['X-Forwarded-Port', '80'],
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Server', 'traefik'],
      ['X-Forwarded-Uri', target],
      ['X-Real-Ip', '192.0.2.7'],
      ['Accept-Encoding', 'gzip'],
    ]),
  envoy: ({ method = 'GET', target, headers = [] }: Asked) =>
    askRaw(
      `/.palier/ext-authz${target}`,
      [
        ['Host', site.origin.host],
        ...headers,
        ['x-forwarded-for', '203.0.113.9, 192.0.2.7'],
        ['x-envoy-internal', 'true'],
        ['Content-Length', '0'],
      ],
      method,
    ),
} as const;

type Front = keyof typeof shapes;
const fronts = Object.keys(shapes) as readonly Front[];

const cookies = ({ browser }: Professional): Pairs => [
  ['Cookie', [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')],
];

/** Signed in and enrolled, through the gateway's own listener: its pages are the same whatever front stands before it. */
async function present(login: string, at: AskedSite = site): Promise<Professional> {
  const professional = seat(at, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

const navigation: Pairs = [
  ['Accept', 'text/html'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Accept-Language', 'en'],
];
const nir = (place: number): string => site.persons.nirOf(place);

/** What anybody can read of the ledger: everything but whose records they were. */
function entriesIn(folder: string): readonly Readonly<Record<string, unknown>>[] {
  const directory = join(folder, 'ledger');
  const files = readdirSync(directory, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.jsonl'));
  return files.flatMap((file) =>
    readFileSync(join(directory, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .flatMap(({ sealed, entries }) => (sealed === undefined ? [] : entries)),
  );
}

/** nginx is told everything in a 401; what the client gets is fetched with the seal. */
async function clientGets(front: Front, told: Told): Promise<Told> {
  if (front !== 'nginx' || told.status !== 401) return told;
  const seal = told.headers['palier-answer'];
  return askRaw('/.palier/forward-auth/answer', [['Palier-Answer', String(seal)]]);
}

/** Whether the front would let the request through. */
const passes = ({ status }: Told): boolean => status >= 200 && status < 300;

describe.each(fronts)('asked by %s', (front) => {
  const asks = shapes[front];
  const login = `medecin-0${fronts.indexOf(front) + 1}`;

  it('A070: lets an open route through, with the assertion set to nothing', async () => {
    const told = await asks({ target: '/public/portal.css' });
    expect([told.status, told.headers['palier-assertion'], told.text]).toEqual([200, '', '']);
  });

  it('tells a program with a password alone what is missing, and a browser where to go', async () => {
    const doctor = seat(site, login);
    await doctor.signIn();
    const target = `/api/patients/${nir(1)}`;
    const refused = await asks({ target, headers: cookies(doctor) });
    expect(passes(refused)).toBe(false);
    const program = await clientGets(front, refused);
    expect([program.status, JSON.parse(program.text).type]).toEqual([
      401,
      'urn:palier:problem:step-up-required',
    ]);
    expect(program.headers['www-authenticate']).toContain('insufficient_user_authentication');
    const page = await clientGets(
      front,
      await asks({ target: `/patients/${nir(1)}`, headers: [...navigation, ...cookies(doctor)] }),
    );
    expect(page.status).toBe(303);
    // Absolute: Traefik would make it an address on our own listener.
    expect(page.headers['location']).toMatch(
      new RegExp(`^${site.origin.origin}/\\.palier/step-up\\?resume=`),
    );
    expect(page.headers['set-cookie']?.[0]).toMatch(/^__Host-palier=/);
  });

  it('lets a counted route through after the gesture, signed, and writes down what it cannot see before it says yes', async () => {
    const doctor = await present(login);
    const told = await asks({ target: `/api/patients/${nir(2)}`, headers: cookies(doctor) });
    expect(told.status).toBe(200);
    const [, claims = ''] = String(told.headers['palier-assertion']).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ sub: login, acr: 'mfa' });
    const line = site.log.filter(({ kind }) => kind === 'decision').at(-1);
    expect(line).toMatchObject({ outcome: 'forward', front, records: 1, peer: '192.0.2.7', account: login });
    const entries = entriesIn(site.folder).filter(({ account }) => account === login);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ outcome: 'permitted', route: 'GET /api/patients/{nir}', count: 1 });
  });

  it('asks for another gesture at the sixth person, and answers a HEAD like its GET', async () => {
    const doctor = await present(login);
    const statuses: boolean[] = [];
    for (let place = 10; place < 16; place += 1)
      statuses.push(
        passes(await asks({ method: 'HEAD', target: `/patients/${nir(place)}`, headers: cookies(doctor) })),
      );
    expect(statuses).toEqual([true, true, true, true, true, false]);
  });

  it.each([
    ['A016: a route nobody declared', { target: '/nowhere' }, 404],
    ['A001: dot segments', { target: '/public/../patients/1' }, 400],
    ['A002: an encoded slash', { target: '/public%2Fx' }, 400],
    ['A028: an absolute target', { target: 'http://evil.example/public/x' }, 400],
    ['A086: a method nobody declared', { method: 'PURGE', target: '/public/x' }, 405],
    [
      'A086: a method override',
      { target: '/public/x', headers: [['X-HTTP-Method-Override', 'DELETE']] },
      400,
    ],
    [
      'A059: an assertion of the client',
      { target: '/public/x', headers: [['Palier-Assertion', 'a.b.c']] },
      400,
    ],
    ['A060: an alias of it', { target: '/public/x', headers: [['Palier_Assertion', 'a.b.c']] }, 400],
    [
      'A062: a target in words of IIS',
      { target: '/public/x', headers: [['X-Original-URL', '/patients/1']] },
      400,
    ],
    ['A062: a rewritten target', { target: '/public/x', headers: [['X-Rewrite-URL', '/patients/1']] }, 400],
    ['A083: a WebSocket handshake', { target: '/messages/live', headers: [['Sec-WebSocket-Key', 'x']] }, 400],
    ['A073: a route that needs the body', { method: 'POST', target: '/api/recherche' }, 403],
  ] as const)('%s does not pass', async (_name, asked, status) => {
    const doctor = seat(site, login);
    await doctor.signIn();
    const all = { ...asked, headers: [...('headers' in asked ? asked.headers : []), ...cookies(doctor)] };
    // Envoy's own parser refuses a target that is no path before it asks.
    if (front === 'envoy' && all.target.startsWith('http')) return;
    const told = await clientGets(front, await asks(all));
    expect(told.status).toBe(status);
    expect(told.headers['palier-assertion']).toBeUndefined();
  });
});

describe('a question in other words than those of its front', () => {
  const sound: Pairs = [
    ['X-Original-Method', 'GET'],
    ['X-Original-URI', '/public/portal.css'],
    ['X-Original-Host', 'placeholder'],
    ['X-Original-Peer', '192.0.2.7'],
  ];
  const hosted = (pairs: Pairs): Pairs =>
    pairs.map(([name, value]) => [name, value === 'placeholder' ? site.origin.host : value] as const);

  it('passes when it is complete', async () => {
    expect((await askRaw('/.palier/forward-auth/haproxy', hosted(sound))).status).toBe(200);
  });

  it.each(sound.map(([name]) => name))('A074: does not pass without %s', async (name) => {
    const less = hosted(sound).filter(([one]) => one !== name);
    expect((await askRaw('/.palier/forward-auth/haproxy', less)).status).toBe(400);
  });

  it.each(sound)('A062: does not pass with %s twice', async (name, value) => {
    const twice = hosted([...sound, [name, value]]);
    expect((await askRaw('/.palier/forward-auth/haproxy', twice)).status).toBe(400);
  });

  it.each([
    ['the words of Traefik beside', [...sound, ['X-Forwarded-Uri', '/public/x']]],
    [
      'the words of Traefik alone',
      [
        ['X-Forwarded-Method', 'GET'],
        ['X-Forwarded-Uri', '/'],
        ['X-Forwarded-Host', 'placeholder'],
        ['X-Forwarded-For', '192.0.2.7'],
      ],
    ],
    ['an address that is none', [...sound.slice(0, 3), ['X-Original-Peer', 'unknown']]],
    [
      'a foreign host',
      [...sound.slice(0, 2), ['X-Original-Host', 'evil.example'], ['X-Original-Peer', '192.0.2.7']],
    ],
  ] as readonly (readonly [string, Pairs])[])('A062: does not pass with %s', async (_name, pairs) => {
    const told = await askRaw('/.palier/forward-auth/haproxy', hosted(pairs));
    expect(told.status).toBeGreaterThanOrEqual(400);
  });

  it('does not pass when question and method disagree, nor on a path that names no front', async () => {
    const paths = [
      '/.palier/forward-auth',
      '/.palier/forward-auth/haproxy?x',
      '/.palier/forward-auth/nginx/',
      '/',
    ];
    for (const path of paths) expect((await askRaw(path, hosted(sound))).status, path).toBe(404);
    expect((await askRaw('/.palier/forward-auth/haproxy', hosted(sound), 'DELETE')).status).toBe(400);
  });

  it('A044: does not pass for a GET that the front says has a body', async () => {
    for (const [name, value] of [
      ['X-Original-Length', '5'],
      ['X-Original-Coding', 'chunked'],
    ] as const) {
      const told = await askRaw('/.palier/forward-auth/haproxy', hosted([...sound, [name, value]]));
      expect([told.status, JSON.parse(told.text).reason]).toEqual([400, 'body-on-get']);
    }
  });

  it('A067: is not settled by a session cookie that is damaged, empty, long or doubled', async () => {
    const doctor = seat(site, 'medecin-09');
    await doctor.signIn();
    const [[, portal = ''] = []] = cookies(doctor);
    for (const own of ['x', '', 'A'.repeat(8000), `${'A'.repeat(43)}`, 'a; __Host-palier=b']) {
      const told = await shapes.haproxy({
        target: `/patients/${nir(1)}`,
        headers: [['Cookie', `${portal}; __Host-palier=${own}`]],
      });
      expect(told.status, own.slice(0, 20)).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('an answer under seal', () => {
  it('opens only as it was sealed', async () => {
    const seal = String((await shapes.nginx({ target: '/nowhere' })).headers['palier-answer']);
    expect((await askRaw('/.palier/forward-auth/answer', [['Palier-Answer', seal]])).status).toBe(404);
    const [packed = '', mac = ''] = seal.split('.');
    for (const other of [
      '',
      'x',
      packed,
      `${packed}.`,
      `${packed}.${mac.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
      `${packed}A.${mac}`,
      `${seal}.x`,
    ])
      expect((await askRaw('/.palier/forward-auth/answer', [['Palier-Answer', other]])).status).toBe(503);
  });

  it('fits into the head nginx gives an answer by default', async () => {
    const page = await shapes.nginx({ target: '/nowhere', headers: navigation });
    expect(String(page.headers['palier-answer']).length).toBeLessThan(3000);
  });
});

describe('who may ask', () => {
  it('A064: is nobody but the peers listed', async () => {
    const other = await startAskedSite({ setting: 'trustedPeers: [192.0.2.1]' });
    const open: Pairs = [
      ['X-Original-Method', 'GET'],
      ['X-Original-URI', '/public/portal.css'],
      ['X-Original-Host', other.origin.host],
      ['X-Original-Peer', '192.0.2.7'],
    ];
    expect((await askRaw('/.palier/forward-auth/haproxy', open, 'GET', other.askPort)).status).toBe(403);
    expect((await askRaw('/.palier/forward-auth/answer', open, 'GET', other.askPort)).status).toBe(403);
    expect(other.log.at(-1)).toMatchObject({ kind: 'front-refused', reason: 'peer' });
    await other.close();
  });

  it('changes with a reload, while the gateway runs', async () => {
    const other = await startAskedSite();
    const open = (): Promise<Told> =>
      askRaw(
        '/.palier/forward-auth/haproxy',
        [
          ['X-Original-Method', 'GET'],
          ['X-Original-URI', '/public/portal.css'],
          ['X-Original-Host', other.origin.host],
          ['X-Original-Peer', '192.0.2.7'],
        ],
        'GET',
        other.askPort,
      );
    expect((await open()).status).toBe(200);
    await other.reask('trustedPeers: [192.0.2.1]');
    expect((await open()).status).toBe(403);
    await other.reask('trustedPeers: [192.0.2.1, 127.0.0.1]');
    expect((await open()).status).toBe(200);
    await other.close();
  });

  it('is nobody without the secret where there is one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'palier-secret-'));
    writeFileSync(join(folder, 'secret'), 'a-secret-of-more-than-thirty-two-bytes');
    const setting = `trustedPeers: [127.0.0.1], secret: { file: "${join(folder, 'secret')}" }`;
    const other = await startAskedSite({ setting });
    rmSync(folder, { recursive: true });
    const open: Pairs = [
      ['X-Original-Method', 'GET'],
      ['X-Original-URI', '/public/portal.css'],
      ['X-Original-Host', other.origin.host],
      ['X-Original-Peer', '192.0.2.7'],
    ];
    const withSecret = async (...secrets: readonly string[]): Promise<number> => {
      const own = secrets.map((secret) => ['Palier-Front-Secret', secret] as const);
      return (await askRaw('/.palier/forward-auth/haproxy', [...open, ...own], 'GET', other.askPort)).status;
    };
    const right = 'a-secret-of-more-than-thirty-two-bytes';
    expect(await withSecret(right)).toBe(200);
    for (const wrong of [[], [''], ['x'], [`${right} x`], [right, right]])
      expect(await withSecret(...wrong)).toBe(403);
    await other.close();
  });
});

it('says no to every front when the portal does not answer who somebody is', async () => {
  const down = await startAskedSite({ changes: [...inMemory, [`ask: /api/me`, `ask: /api/gone`]] });
  const told = await askRaw(
    '/.palier/forward-auth/haproxy',
    [
      ['X-Original-Method', 'GET'],
      ['X-Original-URI', '/'],
      ['X-Original-Host', down.origin.host],
      ['X-Original-Peer', '192.0.2.7'],
      ['Cookie', 'PORTALSID=x'],
    ],
    'GET',
    down.askPort,
  );
  expect([told.status, told.headers['retry-after']]).toEqual([503, '5']);
  await down.close();
});

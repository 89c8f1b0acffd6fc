// The parts of the sign-in guard by themselves: what was typed, from which network, which cookies an answer leaves, and
// that a broken store lets no guess through.
import { createMfa, Secret, sealingKeys, secondsOf } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { fakeClock, fakeRandom } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../policy/network.ts';
import type { SignInRule } from '../policy/route.ts';
import { clientAddressOf } from '../request/client-address.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { parseTarget } from '../request/target.ts';
import { createBrowserCookies } from './browser-cookie.ts';
import { clientNetwork } from './client-network.ts';
import { createSignInGuard } from './guard.ts';
import { growing } from './lanes.ts';
import { isOwnForm } from './own-form.ts';
import { cookieHeaderAfter, setCookiesOf } from './set-cookies.ts';
import { succeeded } from './success.ts';
import { accountTyped, countedAs, typedLogin } from './typed-login.ts';

const limit = { free: 5, longest: secondsOf(900) };
const rule: SignInRule = {
  kind: 'sign-in',
  typed: { from: 'form', name: 'login' },
  success: { status: [303], cookie: 'SID', location: '/home' },
  limits: { browser: limit, account: limit, network: limit, pressure: 100 },
  from: ['https://www.portail.example'],
  equal: undefined,
};
const json: SignInRule = { ...rule, typed: { from: 'json', pointer: '/who/login' } };
const clock = fakeClock();
const bytes = (text: string): Uint8Array => Buffer.from(text);
const typed = (text: string, query?: string, by = rule): unknown => typedLogin(by, query, bytes(text));

describe('what was typed', () => {
  it('is the one field of the form, escapes read', () => {
    expect(typed('password=x&login=+Zo%C3%A9+')).toEqual({ text: ' Zoé ' });
    expect(typed('login=')).toEqual({ text: undefined });
    expect(typed('password=x')).toEqual({ text: undefined });
    expect(typed('')).toEqual({ text: undefined });
  });

  it('is the one text of a JSON body', () => {
    expect(typed('{"who":{"login":"a"}}', undefined, json)).toEqual({ text: 'a' });
    for (const lie of [
      '{"who":{"login":"a","login":"b"}}',
      '{"who":{"login":"a","Login":"b"}}',
      '{"who":{"login":["a"]}}',
      '{"who":{"login":1}}',
      '',
      'login=a',
    ])
      expect(typed(lie, undefined, json)).toHaveProperty('refused');
  });

  it('is refused when two readers could find two, wherever the second one is', () => {
    for (const [body, query] of [
      ['login=a&login=b', undefined],
      ['login=a&LOGIN=b', undefined],
      ['login=a&login[]=b', undefined],
      ['login=a&login%00=b', undefined],
      ['login=a', 'login=b'],
      ['login=a', 'Login=b'],
      ['login=a', 'next=%zz'],
      ['login=a;login=b', undefined],
      ['login=\u00e9', undefined],
      [`login=${'a'.repeat(201)}`, undefined],
    ] as const)
      expect(typed(body, query)).toHaveProperty('refused');
    expect(typed('login=a', 'next=%2Fhome')).toEqual({ text: 'a' });
  });

  it('is one account in all spellings that most portals take for one, and as written where they do not', () => {
    const spellings = ['Dr Martin', ' dr  martin ', 'DR MARTIN', 'dr\u00a0martin'];
    expect(new Set(spellings.map((text) => accountTyped(text, 'case')))).toEqual(new Set(['dr martin']));
    expect(accountTyped(' Dr Martin ', 'none')).toBe('Dr Martin');
    expect(accountTyped('Zoe\u0301', 'case')).toBe('zo\u00e9');
    for (const none of ['', '  ', 'a\u0000b', 'x'.repeat(201)])
      expect(accountTyped(none, 'case')).toBe(undefined);
  });

  it('is counted as one in even more spellings', () => {
    const spellings = [
      'dr.martin',
      'DR.MARTIN',
      ' d r.martin',
      '\uff44r.martin',
      'dr\u200b.martin',
      'dr.mar\u00adtin',
    ];
    expect(new Set(spellings.map(countedAs))).toEqual(new Set(['dr.martin']));
    expect(countedAs('dr.martine')).not.toBe('dr.martin');
  });
});

describe('the network of a guess', () => {
  const network = parseNetwork('192.0.2.1');
  const rules = { header: 'x-forwarded-for', from: 'refused' in network ? [] : [network] };
  const from = (peer: string, header?: string): unknown =>
    clientNetwork(
      clientAddressOf(peer, new Map(header === undefined ? [] : [['x-forwarded-for', header]]), rules),
    );

  it('is that of the socket, whose header nobody asked for', () => {
    expect(from('203.0.113.9', '198.51.100.1')).toEqual({ narrow: '203.0.113.9', wide: undefined });
    expect(from('2001:db8::1')).toEqual(from('2001:db8:0:0:ffff::9'));
    expect(from('2001:db8::1')).not.toEqual(from('2001:db8:0:1::1'));
  });

  it('is the last address a listed front wrote, and unknown when it wrote none', () => {
    expect(from('192.0.2.1', '1.1.1.1, 203.0.113.9')).toEqual({ narrow: '203.0.113.9', wide: undefined });
    for (const header of [undefined, '', 'unknown', '203.0.113.9, _hidden', '203.0.113.9:4711', '1.2.3.4,'])
      expect(from('192.0.2.1', header)).toBe(undefined);
  });

  it('is unknown for this very machine: else a front nobody listed would make one network of everybody', () => {
    for (const peer of ['127.0.0.1', '127.8.8.8', '::1']) expect(from(peer)).toBe(undefined);
  });
});

describe('a form', () => {
  const own = (headers: Readonly<Record<string, string>>): boolean =>
    isOwnForm(rule, {
      headers: new Map(Object.entries(headers)),
      host: 'portail.example',
    });

  it('is one of ours by what the browser says of itself, a listed origin’s, or a program’s (A232)', () => {
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin', origin: 'https://portail.example' },
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://portail.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site', origin: 'https://www.portail.example' },
    ])
      expect(own(headers as Readonly<Record<string, string>>)).toBe(true);
  });

  it('is a stranger’s from anywhere else, however alike its name (A232)', () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
      { 'sec-fetch-site': 'same-site', origin: 'https://other.portail.example' },
      { origin: 'https://portail.example.evil.example' },
      { origin: 'https://www.portail.example.evil.example' },
      { origin: 'https://portail.example:8443' },
      { origin: 'not an origin' },
    ])
      expect(own(headers as Readonly<Record<string, string>>)).toBe(false);
  });
});

describe('the marks of a sign-in that worked', () => {
  type Headers = readonly (readonly [string, string])[];
  const works = (status: number, headers: Headers, before?: string): boolean =>
    succeeded(rule, before, { status, headers }, setCookiesOf({ headers }, clock.now()));
  const good: Headers = [
    ['Location', '/home?welcome'],
    ['Set-Cookie', 'SID=fresh; Path=/'],
  ];

  it('are status, place and a fresh cookie, all of them', () => {
    expect(works(303, good)).toBe(true);
    expect(works(303, good, 'SID=old')).toBe(true);
    expect(works(303, [['location', 'https://portail.example/home'], ...good.slice(1)])).toBe(true);
    expect(works(200, good)).toBe(false);
    expect(works(303, [['Location', '/login'], ...good.slice(1)])).toBe(false);
    expect(works(303, good.slice(0, 1))).toBe(false);
    expect(works(303, good.slice(1))).toBe(false);
    expect(works(303, [['Location', '/home'], ...good])).toBe(false);
  });

  it('are missing when the cookie is the old one, cleared, empty, given twice, or there twice before (A199)', () => {
    expect(works(303, good, 'SID=fresh')).toBe(false);
    expect(works(303, good, 'SID=a; SID=b')).toBe(false);
    for (const line of [
      'SID=; Path=/',
      'SID=x; Max-Age=0',
      'SID=x; max-age=-1',
      'SID=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ])
      expect(works(303, [...good.slice(0, 1), ['Set-Cookie', line]])).toBe(false);
    expect(works(303, [...good, ['set-cookie', 'SID=another']])).toBe(false);
    expect(works(303, [...good, ['set-cookie', 'LANG=fr']])).toBe(true);
  });

  it('leave the browser with the cookies it would send', () => {
    const set = setCookiesOf(
      {
        headers: [
          ['Set-Cookie', 'SID=new'],
          ['Set-Cookie', 'OLD=; Max-Age=0'],
        ],
      },
      clock.now(),
    );
    expect(cookieHeaderAfter('SID=before; LANG=fr; OLD=1', set)).toBe('LANG=fr; SID=new');
    expect(cookieHeaderAfter(undefined, set)).toBe('SID=new');
    expect(cookieHeaderAfter(undefined, new Map())).toBe(undefined);
  });
});

describe('the waits', () => {
  it('grow from nothing to the longest, and no further', () => {
    expect(growing({ free: 2, longest: secondsOf(15) })).toEqual([0, 0, 5000, 10_000, 15_000]);
    expect(growing({ free: 1, longest: secondsOf(1) })).toEqual([0, 1000]);
  });
});

describe('the cookie of a known browser', () => {
  const key = new Secret(new Uint8Array(32).fill(1));
  const cookies = createBrowserCookies(key, clock, fakeRandom(3));
  const headerOf = (line: string): string => line.split(';')[0] ?? '';

  it('knows the ten accounts that signed in last, and no other gateway believes it', () => {
    let line = cookies.with(undefined, 'account-0');
    for (let account = 1; account <= 10; account += 1)
      line = cookies.with(cookies.read(headerOf(line)), `account-${account}`);
    const browser = cookies.read(headerOf(line));
    expect(cookies.knows(browser, 'account-10')).toBe(true);
    expect(cookies.knows(browser, 'account-1')).toBe(true);
    expect(cookies.knows(browser, 'account-0')).toBe(false);
    expect(cookies.knows(undefined, 'account-1')).toBe(false);
    const other = createBrowserCookies(new Secret(new Uint8Array(32).fill(2)), clock, fakeRandom(3));
    expect(other.read(headerOf(line))).toBe(undefined);
  });

  it('is refused with any letter changed', () => {
    const header = headerOf(cookies.with(undefined, 'a'));
    expect(cookies.read(header)).toBeDefined();
    for (let at = header.indexOf('=') + 1; at < header.length; at += 1) {
      const letter = header[at] === 'A' ? 'B' : 'A';
      const changed = cookies.read(header.slice(0, at) + letter + header.slice(at + 1));
      // The last letter of a base64 text has bits that nobody reads.
      if (at < header.length - 1) expect(changed).toBe(undefined);
    }
    for (const bad of [
      `${header}; ${header}`,
      `${header}.x`,
      '__Host-palier-browser=..',
      '__Host-palier-browser=',
    ])
      expect(cookies.read(bad)).toBe(undefined);
  });
});

describe('a store that is broken', () => {
  const random = fakeRandom(4);
  const mfa = createMfa({
    stores: memoryStores(),
    clock,
    random,
    relyingParty: { id: 'localhost', name: 'test', origins: ['http://localhost'] },
    keys: { sealing: sealingKeys('k1', { k1: new Secret(random(32)) }), digests: new Secret(random(32)) },
  });
  const broken = (): Promise<never> => Promise.reject(new Error('the store is down'));
  const target = parseTarget('/login');
  if ('refused' in target) throw new TypeError(target.refused);
  const asked: CanonicalRequest = {
    method: 'POST',
    ...target,
    host: 'localhost',
    headers: new Map(),
    peer: '203.0.113.9',
    bodyLength: 7,
    upgrade: undefined,
  };

  it.each(['reserve', 'level'] as const)('when it is asked to %s lets no guess through', async (verb) => {
    const working = {
      reserve: async () => ({ outcome: 'granted' }) as const,
      forgive: async () => undefined,
      level: async () => 0,
    };
    const guard = createSignInGuard({
      guesses: { ...working, [verb]: broken },
      identify: async () => ({ kind: 'anonymous' }),
      mfa,
      events: async () => undefined,
      secret: new Secret(new Uint8Array(32)),
      clock,
      random,
    });
    await expect(guard.attempt(rule, asked, async () => bytes('login=a'))).rejects.toThrow('down');
  });
});

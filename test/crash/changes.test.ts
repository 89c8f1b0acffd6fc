// What counts change under: who the portal says it is, what time the machine says it is, and which key digests are made
// with. None of it gives a thief more than the bound of the configuration, and the ledger has everybody he saw.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exposureReport, parseConfig, verifyLedger } from '@palier/gateway';
import { instantOf, systemRandom } from '@palier/mfa-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finishRecordRotation, rotateRecordKey } from '../../packages/gateway/src/keys/record-rotation.ts';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Recorder, startRecorder } from '../support/recorder-upstream.ts';
import { type Site, startSite } from '../support/start.ts';

const day = 86_400;
const stepUp = 'require: { accept: second-factor, maxAge: 12h }';
const configuration = `
identity:
  - portal-session: { cookie: SID, ask: /api/me, account: /login, class: /class, organisation: /organisation, signIn: /login }
routes:
  - { match: GET /login, require: open }
  - { match: "GET /api/patients/{nir}", ${stepUp}, client: program, records: { from: path, name: nir, as: nir } }
budgets:
  organisation: 6
  classes:
    small: { code: { records: 3, within: 12h, day: 4 } }
    large: { code: { records: 5, within: 12h, day: 8 } }
stores: { durable: memory }
`;

/** Synthetic: born in commune 99999, which is none. */
const nir = (place: number): string => `1990399999${String(place + 1).padStart(3, '0')}`;

describe('an account that the portal describes otherwise each time', () => {
  let portal: Recorder;
  let front: FrontOf;
  let me: (turn: number) => Readonly<Record<string, unknown>> = () => ({});
  let turn = 0;
  let place = 0;
  const loot = new Set<string>();
  beforeAll(async () => {
    portal = await startRecorder();
    front = await startFrontOf(portal.port, configuration);
    portal.answer(({ target }, socket) => {
      const body =
        target === '/api/me' ? JSON.stringify(me(turn++)) : `{"nir":"${target.split('/').at(-1)}"}`;
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  });
  afterAll(async () => {
    await front.close();
    await portal.close();
  });
  beforeEach(() => loot.clear());

  async function present(login: string): Promise<Professional> {
    me = () => ({ login, class: 'small', organisation: 'one' });
    const professional = seat(front, login);
    professional.browser.cookies.set('SID', `sid-of-${login}`);
    await professional.enrolApp();
    return professional;
  }
  /** Asks for other persons, and each time the portal is asked anew who that is. */
  async function asks({ browser }: Professional, times: number): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (let asked = 0; asked < times; asked += 1) {
      front.clock.advance(20);
      const { status, text } = await browser.call(`/api/patients/${nir(place++)}`);
      for (const [number] of text.matchAll(/\d{13}/g)) loot.add(number);
      statuses.push(status);
    }
    return statuses;
  }
  const again = async (thief: Professional): Promise<number> => {
    front.clock.advance(30);
    return (await thief.browser.call('/.palier/api/step-up/totp', { code: thief.code() })).status;
  };

  it('is shown what the larger class buys, never what both do together', async () => {
    const thief = await present('two-classes');
    me = (at) => ({ login: 'two-classes', class: at % 2 === 0 ? 'small' : 'large', organisation: 'two' });
    await asks(thief, 20);
    expect(loot.size).toBe(5);
    for (let code = 0; code < 4; code += 1) {
      expect(await again(thief)).toBe(200);
      await asks(thief, 8);
    }
    expect(loot.size).toBe(6);
    // Eight, the day of the larger class, where no organisation is in the way.
    me = (at) => ({ login: 'two-classes', class: at % 2 === 0 ? 'small' : 'large' });
    await asks(thief, 8);
    for (let code = 0; code < 3; code += 1) {
      await again(thief);
      await asks(thief, 8);
    }
    expect(loot.size).toBe(8);
  });

  it('is shown no more for belonging to another organisation each time', async () => {
    const thief = await present('many-organisations');
    me = (at) => ({ login: 'many-organisations', class: 'small', organisation: `org-${at}` });
    await asks(thief, 8);
    for (let code = 0; code < 3; code += 1) {
      await again(thief);
      await asks(thief, 8);
    }
    expect(loot.size).toBe(4);
  });

  it.each([
    ['in capitals', 'SPELT', 401],
    ['with a space behind it', 'spelt ', 503],
    ['with a control character', 'sp\u0001elt', 503],
    ['with a mark that reverses text', 'sp\u202eelt', 503],
    ['in another Unicode form', 'spe\u0301lt', 503],
    ['with a letter that looks alike', 'sp\u0435lt', 401],
  ])('is a stranger without a factor, or nobody, when its name comes %s', async (_how, name, status) => {
    const thief = await present(`spelt`);
    await asks(thief, 1);
    loot.clear();
    me = () => ({ login: name, class: 'large' });
    expect(await asks(thief, 3)).toEqual([status, status, status]);
    expect(loot.size).toBe(0);
  });
});

describe('a clock that steps', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite([
      ['code: { records: 5, within: 12h, day: 45 }', 'code: { records: 3, within: 12h, day: 4 }'],
    ]);
  });
  afterEach(() => site.close());
  let place = 0;
  const loot = new Set<string>();
  beforeEach(() => loot.clear());

  async function asks({ browser }: Professional, times: number): Promise<void> {
    for (let asked = 0; asked < times; asked += 1) {
      const number = site.persons.nirOf(place++).slice(0, 13);
      const { text } = await browser.call(`/api/patients/${number}`);
      if (text.includes(number)) loot.add(number);
    }
  }
  async function present(login: string): Promise<Professional> {
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    return professional;
  }
  const again = async (thief: Professional): Promise<number> =>
    (await thief.browser.call('/.palier/api/step-up/totp', { code: thief.code() })).status;

  it('back by a day gives nothing back: no presence, no cap, no used code; forward again neither', async () => {
    const thief = await present('pharmacie-01');
    await asks(thief, 5);
    expect(loot.size).toBe(3);
    const used = thief.code();
    site.clock.advance(-day);
    await asks(thief, 5);
    expect(loot.size).toBe(3);
    // The code of the day before is older than the one that was used, and the used one is used.
    expect(await again(thief)).not.toBe(200);
    expect((await thief.browser.call('/.palier/api/step-up/totp', { code: used })).status).not.toBe(200);
    site.clock.advance(day + 60);
    await thief.signIn();
    await again(thief);
    await asks(thief, 5);
    expect(loot.size).toBe(4);
    site.clock.advance(-day);
    await asks(thief, 5);
    expect(loot.size).toBe(4);
  });

  it('forward by a day and back costs one cap more at most, and the ledger keeps its order', async () => {
    const thief = await present('pharmacie-02');
    await asks(thief, 5);
    site.clock.advance(day + 60);
    await thief.signIn();
    await again(thief);
    await asks(thief, 6);
    site.clock.advance(30);
    await again(thief);
    await asks(thief, 6);
    expect(loot.size).toBe(3 + 4);
    // Back: what was counted in the future counts until the clock is there again.
    site.clock.advance(-day);
    await thief.signIn();
    await again(thief);
    await asks(thief, 6);
    expect(loot.size).toBe(3 + 4);
    await site.gateway.close();
    const operator = JSON.parse(readFileSync(join(site.folder, 'ledger-private.jwk'), 'utf8'));
    const directory = join(site.folder, 'ledger');
    expect((await verifyLedger(directory, { privateKeys: [operator] })).faults).toEqual([]);
    const named = new Set<string>();
    const always = { accounts: undefined, from: instantOf(0), to: instantOf(8e15) };
    await exposureReport({ directory, privateKeys: [operator], ...always }, ({ id }) => void named.add(id));
    expect([...loot].filter((number) => !named.has(number))).toEqual([]);
  });
});

describe('reloads and rotations of the record key under load', () => {
  let site: Site;
  /** Below what the detector of tempo needs. */
  const N = 20;
  beforeEach(async () => {
    site = await startSite([
      ['code: { records: 5, within: 12h, day: 45 }', `code: { records: ${N}, within: 12h, day: 45 }`],
    ]);
  });
  afterEach(() => site.close());
  const keyFile = (): string => join(site.folder, 'palier-keys.json');
  async function reload(): Promise<void> {
    const read = parseConfig(readFileSync(join(site.folder, 'palier.yaml'), 'utf8'), {
      readFile: (path) => readFileSync(path, 'utf8'),
      environment: {},
      folder: site.folder,
    });
    if ('problems' in read) throw new Error('unsound');
    await site.gateway.reload(read.config);
  }
  interface Run {
    readonly loot: ReadonlySet<string>;
    readonly repeats: ReadonlySet<number>;
  }
  /** Four lanes look up seven persons each, and each again, while `between` happens. */
  async function under(login: string, between: () => Promise<void>): Promise<Run> {
    const professional = seat(site, login);
    await professional.signIn();
    await professional.enrolApp();
    const loot = new Set<string>();
    const repeats = new Set<number>();
    const look = async (place: number): Promise<number> => {
      const number = site.persons.nirOf(place).slice(0, 13);
      const { status, text } = await professional.browser.call(`/api/patients/${number}`);
      if (text.includes(number)) loot.add(number);
      return status;
    };
    const lanes = Array.from({ length: 4 }, async (_, lane) => {
      for (let asked = 0; asked < 7; asked += 1) {
        await look(lane * 100 + asked);
        if (asked > 0) repeats.add(await look(lane * 100 + asked - 1));
      }
    });
    await Promise.all([...lanes, between()]);
    return { loot, repeats };
  }

  it('change no count: exactly one presence is shown, and repeats stay free', async () => {
    const { loot, repeats } = await under('pharmacie-01', async () => {
      await reload();
      rotateRecordKey(keyFile(), systemRandom, site.clock.now());
      await reload();
      await reload();
    });
    expect(loot.size).toBe(N);
    // 401 only for those that were never shown.
    expect([...repeats].every((status) => status === 200 || status === 401)).toBe(true);
  });

  it('twice in a row, the first cut short, show no more than one presence', async () => {
    const { loot } = await under('pharmacie-02', async () => {
      rotateRecordKey(keyFile(), systemRandom, site.clock.now());
      await reload();
      finishRecordRotation(keyFile(), site.clock.now(), true);
      rotateRecordKey(keyFile(), systemRandom, site.clock.now());
      await reload();
    });
    expect(loot.size).toBeLessThanOrEqual(N);
    expect(loot.size).toBeGreaterThan(N / 3);
  });
});

// The two honest ways past a budget, in the running gateway: a broken glass, bounded, counted and read by somebody; and a
// person whose card is in the reader. Both are in the ledger under their name.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExposedPerson, exposureReport, releaseLines } from '@palier/gateway';
import { type AccountId, instantOf, makeProofId, Secret, secondsOf, systemRandom } from '@palier/mfa-core';
import { attestationAuthority } from '@palier/mfa-core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signPresent } from '../../packages/gateway/src/budget/exemption.ts';
import { reviewCommand } from '../../packages/gateway/src/cli/review.ts';
import { answerTo } from '../../packages/gateway/src/respond/respond.ts';
import { runCommand } from '../support/command.ts';
import { createMovingClock } from '../support/moving-clock.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

const secret = 'shared with the reader at the desk, 32 bytes';
const reason = 'Malaise au comptoir, traitement inconnu';
const withKey = 8;
const model = '11111111-2222-3333-4444-555555555555';
const maker = attestationAuthority(systemRandom, createMovingClock().now());

let site: Site;
beforeAll(async () => {
  site = await startSite(
    [
      [
        'budgets:\n',
        `budgets:
  breakGlass: { times: 2, records: 3 }
  patientPresent: { secret: { file: reader.secret } }
`,
      ],
      ['  first: [ticket]\n', `  first: [ticket]\n  cardClass: [${model}]\n  attestationRoots: makers\n`],
    ],
    (folder) => {
      writeFileSync(join(folder, 'reader.secret'), secret);
      mkdirSync(join(folder, 'makers'));
      writeFileSync(join(folder, 'makers', 'maker.pem'), maker.root);
    },
  );
});
afterAll(() => site.close());

const nir = (place: number): string => site.persons.nirOf(place);
const look = async ({ browser }: Professional, place: number): Promise<number> =>
  (await browser.call(`/api/patients/${nir(place)}`)).status;

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}
/** Shows a card, as a client certificate or an identity provider would report it. */
async function showCard({ browser }: Professional): Promise<void> {
  site.clock.advance(1);
  const token = browser.cookies.get('__Host-palier') ?? '';
  const proof = {
    kind: 'card',
    id: makeProofId(systemRandom),
    at: site.clock.now(),
    evidence: 'test',
  } as const;
  const elevated = await site.gateway.mfa.sessions.elevate(token, proof);
  if (elevated.outcome === 'elevated') browser.cookies.set('__Host-palier', elevated.token);
}
async function exposed(account: string): Promise<readonly ExposedPerson[]> {
  const found: ExposedPerson[] = [];
  await exposureReport(
    {
      directory: join(site.folder, 'ledger'),
      privateKeys: [JSON.parse(readFileSync(join(site.folder, 'ledger-private.jwk'), 'utf8'))],
      accounts: new Set([account]),
      from: instantOf(0),
      to: instantOf(Date.UTC(2100, 0)),
    },
    (person) => void found.push(person),
  );
  return found;
}
const never = { type: '', id: '', first: '', last: '', releases: [] };
const exemptionsOf = (persons: readonly ExposedPerson[], place: number): readonly unknown[] =>
  persons
    .filter(({ id }) => id === nir(place))
    .flatMap(({ releases }) => releases.map((one) => one.exemption));

describe('break-glass', () => {
  it('asks for a card, a reason and has a page in two languages', async () => {
    const doctor = await present('medecin-01');
    const page = await doctor.browser.go('/.palier/break-glass');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Bris de glace')]);
    expect(page.text).toContain('Il faut avoir présenté votre carte dans les cinq dernières minutes');
    expect((await doctor.browser.go('/.palier/break-glass?lang=en')).text).toContain('Break the glass');
    const refused = await doctor.browser.post('/.palier/break-glass', { reason });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('your card')]);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason })).status).toBe(403);
    await showCard(doctor);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason: 'urgent' })).status).toBe(400);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason: { long: true } })).status).toBe(
      400,
    );
    // Shown ten minutes ago it is too old: a session left open breaks no glass.
    site.clock.advance(600);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason })).status).toBe(403);
  });

  it('shows three persons past a presence that is used up, twice, is in the ledger, and is read by somebody', async () => {
    const doctor = await present('medecin-02');
    await showCard(doctor);
    for (let place = 0; place < withKey; place += 1) expect(await look(doctor, place)).toBe(200);
    expect(await look(doctor, 20)).toBe(401);
    const broken = await doctor.browser.post('/.palier/break-glass', { reason });
    expect([broken.status, broken.text]).toEqual([200, expect.stringContaining('3 personnes de plus')]);
    for (let place = 20; place < 23; place += 1) expect(await look(doctor, place)).toBe(200);
    expect(await look(doctor, 23)).toBe(401);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason })).status).toBe(200);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason })).status).toBe(403);

    const persons = await exposed('medecin-02');
    expect(exemptionsOf(persons, 0)).toEqual([undefined]);
    expect(String(exemptionsOf(persons, 20)[0])).toMatch(/^break-glass:gls_/);
    // The log says that, never why: people write names into such fields.
    const lines = site.log.filter(({ kind }) => kind === 'glass-broken');
    expect(lines).toMatchObject([{ account: 'medecin-02' }, { account: 'medecin-02' }]);
    expect(JSON.stringify(site.log)).not.toContain('Malaise');

    const unread = await runCommand(site, reviewCommand, 'list');
    expect(unread.value).toMatchObject([
      { account: 'medecin-02', reason },
      { account: 'medecin-02', reason },
    ]);
    const [{ id } = { id: '' }] = unread.value as readonly { id: string }[];
    expect((await runCommand(site, reviewCommand, 'done', id)).code).toBe(0);
    expect((await runCommand(site, reviewCommand, 'list')).value).toHaveLength(1);
    expect((await runCommand(site, reviewCommand, 'list', '--all')).value).toHaveLength(2);
  });

  it('has reasons that forge no line, colour no screen and run in no sheet, whatever is written into them', async () => {
    const doctor = await present('medecin-04');
    await showCard(doctor);
    const hostile = `=cmd|'/c calc'!A1 <script>\u001b[2J\r\ngls_forged  2026-01-01  nobody  0 person(s)  read\u202e\u0000`;
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason: hostile })).status).toBe(200);
    for (const [words, status] of [
      ['', 400],
      [' '.repeat(40), 400],
      ['x'.repeat(501), 400],
    ] as const)
      expect((await doctor.browser.call('/.palier/api/break-glass', { reason: words })).status).toBe(status);
    let out = '';
    const terminal = {
      out: (text: string) => {
        out += text;
      },
      err: () => undefined,
      environment: {},
      interactive: false,
    };
    await reviewCommand(['list', '--config', join(site.folder, 'palier.yaml')], terminal);
    const mine = out.split('\n').filter((line) => line.includes('gls_forged'));
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatch(/^ {4}=cmd/);
    expect(/[^\n\P{C}]/u.test(out)).toBe(false);
    // The ledger and its sheets have the id of the glass, never the reason.
    for (let place = 0; place < withKey; place += 1) await look(doctor, place);
    expect(await look(doctor, 60)).toBe(200);
    expect(
      releaseLines((await exposed('medecin-04')).filter(({ id }) => id === nir(60))[0] ?? never),
    ).not.toContain('cmd');
  });

  it('of which 30 are tried at the same moment is granted as often as it may be', async () => {
    const doctor = await present('medecin-05');
    await showCard(doctor);
    const tries = Array.from({ length: 30 }, () =>
      doctor.browser.call('/.palier/api/break-glass', { reason }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(2);
  });

  it('ends after an hour', async () => {
    const doctor = await present('medecin-03');
    await showCard(doctor);
    for (let place = 0; place < withKey; place += 1) await look(doctor, place);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason })).status).toBe(200);
    site.clock.advance(3601);
    expect(await look(doctor, 40)).toBe(401);
  });
});

describe('the way to it', () => {
  it('is on the page of a cap and of an alarm, not on the one of misses', () => {
    const route = { id: 'GET /x' } as never;
    const page = (cap: 'account' | 'misses'): string =>
      answerTo(
        { kind: 'slow-down', route, retryAfter: secondsOf(60), cap },
        { client: 'page', language: 'fr', stepUpUrl: '', breakGlassUrl: '', signInPath: undefined },
      ).body;
    expect(page('account')).toContain('href="/.palier/break-glass"');
    expect(page('misses')).not.toContain('break-glass');
  });

  it('is nowhere, and is not to be found, where nobody can show a card', async () => {
    const plain = await startSite();
    const doctor = seat(plain, 'medecin-01');
    await doctor.signIn();
    await doctor.enrolApp();
    expect((await doctor.browser.go('/.palier/break-glass')).status).toBe(404);
    expect((await doctor.browser.post('/.palier/break-glass', { reason })).status).toBe(404);
    expect((await doctor.browser.call('/.palier/api/break-glass', { reason })).status).toBe(404);
    await plain.close();
    const denial = {
      kind: 'slow-down',
      route: { id: 'GET /x' } as never,
      retryAfter: secondsOf(60),
    } as const;
    for (const client of ['page', 'program'] as const) {
      const manner = {
        client,
        language: 'fr',
        stepUpUrl: '',
        breakGlassUrl: undefined,
        signInPath: undefined,
      } as const;
      expect(answerTo({ ...denial, cap: 'account' }, manner).body).not.toMatch(/break-?glass/i);
    }
  });

  it('a gesture says how many persons it bought, and no cap', async () => {
    const doctor = await present('medecin-04');
    site.clock.advance(30);
    const done = await doctor.browser.post('/.palier/step-up/totp', { code: doctor.code() });
    expect(done.text).toContain('Il reste 5 personnes à consulter avant');
    expect(done.text).not.toMatch(/plafond|45/);
  });
});

describe('the commands of the operator', () => {
  it('refuse stores that are in the memory of the gateway: they would seem to work and change nothing', async () => {
    const memory = await startSite();
    try {
      await expect(runCommand(memory, reviewCommand, 'list')).rejects.toThrow('own memory');
    } finally {
      await memory.close();
    }
  });
});

describe('a patient who is present', () => {
  const statement = (login: string, place: number, age = 0): string => {
    const text = `${Math.floor(site.clock.now() / 1000) - age}.${nir(place)}`;
    return `${text}.${signPresent(Secret.fromText(secret), login as AccountId, text)}`;
  };
  const lookWith = async ({ browser }: Professional, place: number, header: string): Promise<number> =>
    (
      await browser.go(`/api/patients/${nir(place)}`, {
        accept: 'application/json',
        'sec-fetch-mode': 'cors',
        'palier-present': header,
      })
    ).status;

  it('is shown though the presence is used up, costs nothing, and is in the ledger as such', async () => {
    const pharmacist = await present('pharmacie-01');
    for (let place = 0; place < 5; place += 1) expect(await look(pharmacist, place)).toBe(200);
    expect(await look(pharmacist, 60)).toBe(401);
    expect(await lookWith(pharmacist, 60, statement('pharmacie-01', 60))).toBe(200);
    expect(exemptionsOf(await exposed('pharmacie-01'), 60)).toEqual(['patient-present']);
    expect(await look(pharmacist, 60)).toBe(401);
  });

  it('opens nobody else, not for another account, not later, not with another secret', async () => {
    const pharmacist = await present('pharmacie-02');
    for (let place = 0; place < 5; place += 1) await look(pharmacist, place);
    const text = `${Math.floor(site.clock.now() / 1000)}.${nir(60)}`;
    const forged = `${text}.${signPresent(Secret.fromText('another secret of more than 32 bytes'), 'pharmacie-02' as AccountId, text)}`;
    const statements = [
      statement('pharmacie-02', 61),
      statement('pharmacie-01', 60),
      statement('pharmacie-02', 60, 301),
      forged,
    ];
    for (const one of statements) expect(await lookWith(pharmacist, 60, one)).toBe(401);
    // Negative control: the right one opens.
    expect(await lookWith(pharmacist, 60, statement('pharmacie-02', 60))).toBe(200);
  });

  it('still needs the second factor of the route', async () => {
    const stranger = seat(site, 'pharmacie-03');
    await stranger.signIn();
    expect(await lookWith(stranger, 60, statement('pharmacie-03', 60))).toBe(401);
  });
});

// What is noticed in the running gateway: persons never seen, a hand faster than a hand, records planted for nobody. An
// alarm asks for one stronger gesture and bans nobody; an account's own history makes its caps. Each with the attack that
// goes through without it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AccountId, instantOf } from '@palier/mfa-core';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStandings } from '../../packages/gateway/src/stores/sqlite-standing.ts';
import { enrolKey, type Key } from '../support/key.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

const sizes: Changes = [
  [
    'pharmacy:\n      code: { records: 5, within: 12h, day: 45 }\n      key: { records: 8, within: 12h }',
    'pharmacy:\n      misses: 6\n      code: { records: 45, within: 12h, day: 45 }\n      key: { records: 100, within: 12h }',
  ],
  [
    'gp:\n      code: { records: 5, within: 12h, day: 45 }\n      key: { records: 8, within: 12h }',
    `gp:
      code: { records: 45, within: 12h, day: 45 }
      day: { floor: 4, ceiling: 20, cardCeiling: 30 }
    nurse:
      code: { records: 45, within: 12h, day: 45 }
      newRecords: { floor: 3, ceiling: 12 }
  canaries: { file: canaries.txt, as: nir }`,
  ],
];

let site: Site;
beforeAll(async () => {
  site = await startSite(sizes, (folder, persons) =>
    writeFileSync(join(folder, 'canaries.txt'), `# planted\n${persons.nirOf(19_000)}\n\n`),
  );
});
afterAll(() => site.close());

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}
async function look({ browser }: Professional, place: number): Promise<{ status: number; type: string }> {
  const { status, text } = await browser.call(`/api/patients/${site.persons.nirOf(place)}`);
  return { status, type: status === 200 ? '' : JSON.parse(text).type };
}
/** Looks up so many, this many seconds apart; how many were shown, and the answer that ended it. */
async function run(
  who: Professional,
  from: number,
  seconds: (place: number) => number,
  most = 44,
): Promise<readonly [number, string]> {
  for (let place = 0; place < most; place += 1) {
    const { status, type } = await look(who, from + place);
    if (status !== 200) return [place, type];
    site.clock.advance(seconds(place));
  }
  return [most, ''];
}
const alarms = (account: string): readonly Readonly<Record<string, unknown>>[] =>
  site.log.filter((line) => line['kind'] === 'alarm' && line['account'] === account);
const hand = (place: number): number => 20 + ((place * 37) % 50);

/** What this account did before: its first day, and so many persons a day on 20 days, some of them new to it. */
function remember(account: string, distinct: number, novel: number): void {
  const database = openDatabase(join(site.folder, 'palier.db'));
  const { activity } = sqliteStandings(database);
  const today = Math.floor(site.clock.now() / 86_400_000);
  const id = account as AccountId;
  void activity.firstSeen(id, instantOf(site.clock.now() - 60 * 86_400_000));
  for (let day = today - 20; day < today; day += 1) void activity.addDay(id, { day, distinct, novel });
  database.close();
}

describe('a machine', () => {
  it('is noticed by its tempo, asked for a key, and goes on with it: nothing bans', async () => {
    const robot = await present('pharmacie-01');
    const [shown, type] = await run(robot, 0, () => 1);
    expect([shown, type]).toEqual([31, 'urn:palier:problem:stronger-proof-required']);
    expect(alarms('pharmacie-01')).toMatchObject([
      { alarm: 'tempo', en: '30 look-ups in a row 1.0 s apart: faster than a hand.' },
    ]);
    // A code does not answer it, also one typed after it; a touch of a key does.
    await robot.browser.call('/.palier/api/step-up/totp', { code: robot.code() });
    expect((await look(robot, 0)).status).toBe(401);
    const key: Key = await enrolKey(site, robot);
    site.clock.advance(1);
    expect(await key.touch()).toBe(200);
    expect((await look(robot, 31)).status).toBe(200);
    // The person is told of the presence, and of nothing that would teach a script.
    const session = (await robot.browser.call('/.palier/api/session')).text;
    expect(Object.keys(JSON.parse(session)).sort()).toEqual(['account', 'class', 'presenceLeft', 'proofs']);
  });

  it('that waits for a reload gains nothing: what was seen before counts', async () => {
    const robot = await present('pharmacie-06');
    expect(await run(robot, 0, () => 1, 20)).toEqual([20, '']);
    await site.reload(sizes);
    const [shown] = await run(robot, 20, () => 1);
    expect(shown).toBe(11);
  });

  it('negative control: the same persons at the pace of a hand are shown to their end', async () => {
    const pharmacist = await present('pharmacie-02');
    expect(await run(pharmacist, 0, hand)).toEqual([44, '']);
    expect(alarms('pharmacie-02')).toEqual([]);
  });
});

describe('a script with a list of strangers', () => {
  it('is noticed after a dozen persons the account never saw, in a sentence the operator reads', async () => {
    remember('pharmacie-03', 30, 3);
    const pharmacist = await present('pharmacie-03');
    const [shown] = await run(pharmacist, 100, hand);
    expect(shown).toBeLessThanOrEqual(12);
    expect(alarms('pharmacie-03')).toMatchObject([{ alarm: 'novelty' }]);
    expect(String(alarms('pharmacie-03')[0]?.['en'])).toMatch(
      /^\d+ of the last \d+ persons had never been seen by this account; usual: 1 of \d+\.$/,
    );
    // Nothing in the line names a person.
    expect(JSON.stringify(alarms('pharmacie-03'))).not.toContain(site.persons.nirOf(100));
  });
});

describe('a canary', () => {
  it('raises an alarm when it is opened, not for the neighbour', async () => {
    const pharmacist = await present('pharmacie-04');
    expect((await look(pharmacist, 18_999)).status).toBe(200);
    site.clock.advance(40);
    expect((await look(pharmacist, 18_998)).status).toBe(200);
    site.clock.advance(40);
    expect((await look(pharmacist, 19_000)).status).toBe(200);
    expect(alarms('pharmacie-04')).toMatchObject([{ alarm: 'canary' }]);
    expect((await look(pharmacist, 18_998)).type).toBe('urn:palier:problem:stronger-proof-required');
    // Twelve hours later it has ended by itself.
    site.clock.advance(12 * 3600 + 1);
    await pharmacist.signIn();
    await pharmacist.browser.call('/.palier/api/step-up/totp', { code: pharmacist.code() });
    expect((await look(pharmacist, 18_998)).status).toBe(200);
  });
});

describe('the caps of an account', () => {
  it('are half the ceiling while it is new', async () => {
    const [shown, type] = await run(await present('medecin-01'), 200, hand);
    expect([shown, type]).toEqual([10, 'urn:palier:problem:cap-reached']);
    // Whoever reads the log can say whose cap was met, and lock that account.
    const line = site.log.findLast(({ outcome }) => outcome === 'slow-down:account');
    expect(line).toMatchObject({ kind: 'decision', status: 429, account: 'medecin-01' });
  });

  it('that refuse somebody are told to the operator once a day, with the number and the class', async () => {
    const doctor = await present('medecin-04');
    await run(doctor, 200, hand);
    await run(doctor, 220, hand, 3);
    const told = site.log.filter(({ kind, account }) => kind === 'cap-reached' && account === 'medecin-04');
    expect(told).toMatchObject([{ cap: 'account', most: 10, class: 'gp' }]);
    // And counted by class, for a monitor and for palier observed.
    const answer = await fetch(`http://127.0.0.1:${site.healthPort}/refused`);
    const { counts } = (await answer.json()) as { readonly counts: readonly unknown[] };
    expect(counts).toContainEqual({ class: 'gp', cap: 'account', accountDays: 2 });
    expect((await fetch(new URL('/refused', site.origin))).status).toBe(404);
  });

  it('are 3.5 times what it does, once that is known', async () => {
    remember('medecin-02', 2, 2);
    expect(await run(await present('medecin-02'), 300, hand)).toEqual([7, 'urn:palier:problem:cap-reached']);
    // Negative control: the same class, with a history of more, is shown more.
    remember('medecin-03', 4, 4);
    const [more] = await run(await present('medecin-03'), 300, hand);
    expect(more).toBe(14);
  });

  it('bound the persons it never saw before, over 30 days', async () => {
    const nurse = await present('infirmier-01');
    const [shown, type] = await run(nurse, 400, hand);
    expect([shown, type]).toEqual([6, 'urn:palier:problem:cap-reached']);
    // Known ones are shown all the same, the next day too.
    site.clock.advance(25 * 3600);
    await nurse.signIn();
    await nurse.browser.call('/.palier/api/step-up/totp', { code: nurse.code() });
    expect((await look(nurse, 400)).status).toBe(200);
    expect((await look(nurse, 500)).status).toBe(429);
  });
});

describe('a batch that names absent persons beside present ones', () => {
  const absent = (number: number): string => `2991299900${String(number).padStart(3, '0')}`;
  async function ask({ browser }: Professional, nirs: readonly string[]): Promise<number> {
    site.clock.advance(40);
    return (await browser.call('/api/recherche', { nirs })).status;
  }

  it('A113: is a miss for each of them, up to the cap of misses of the day', async () => {
    const pharmacist = await present('pharmacie-05');
    const known = site.persons.nirOf(700);
    const batches = [0, 1, 2, 3].map((place) => [known, absent(2 * place), absent(2 * place + 1)]);
    const statuses: number[] = [];
    for (const batch of batches) statuses.push(await ask(pharmacist, batch));
    expect(statuses).toEqual([200, 200, 200, 429]);
    // Negative control: present persons are none.
    expect(
      await ask(
        pharmacist,
        [701, 702, 703].map((place) => site.persons.nirOf(place)),
      ),
    ).toBe(200);
  });
});

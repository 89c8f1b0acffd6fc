// Two gateways on one store watch an account together: who changes between them is noticed as early, the alarm holds at
// both, and it outlives them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccountId, instantOf } from '@palier/mfa-core';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sqliteStandings } from '../../packages/gateway/src/stores/sqlite-standing.ts';
import { type Instances, startInstances } from '../support/instances.ts';
import { seat } from '../support/professional.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-watched-'));
const file = join(folder, 'palier.db');
let site: Instances;

beforeAll(async () => {
  remember('pharmacie-01');
  site = await startInstances({
    stores: `{ durable: "sqlite:${file}", shared: "sqlite:${file}" }`,
    changes: [['code: { records: 5, within: 12h, day: 45 }', 'code: { records: 45, within: 12h, day: 45 }']],
  });
}, 60_000);
afterAll(async () => {
  await site?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Twenty days of thirty persons, three of them new; first seen two months ago. */
function remember(account: string): void {
  const database = openDatabase(file);
  const { activity } = sqliteStandings(database);
  const id = account as AccountId;
  const today = Math.floor(Date.now() / 86_400_000);
  void activity.firstSeen(id, instantOf(Date.now() - 60 * 86_400_000));
  for (let day = today - 20; day < today; day += 1) void activity.addDay(id, { day, distinct: 30, novel: 3 });
  database.close();
}

it('strangers looked up at two instances in turn raise one alarm, and both ask for a key until it is answered', async () => {
  const pharmacist = seat(site, 'pharmacie-01');
  await pharmacist.signIn();
  await pharmacist.enrolApp();
  const look = async (place: number): Promise<string> => {
    site.send(place % 2);
    const { status, text } = await pharmacist.browser.call(`/api/patients/${site.persons.nirOf(place)}`);
    return status === 200 ? 'shown' : JSON.parse(text).type;
  };
  const alarms = (): readonly unknown[] =>
    site.all.flatMap(({ log }) => log).filter(({ kind, alarm }) => kind === 'alarm' && alarm === 'novelty');
  let shown = 0;
  // An alarm of the other instance is seen at most a second late.
  while (shown < 40 && (await look(shown)) === 'shown') shown += 1;
  const answered = 'urn:palier:problem:stronger-proof-required';
  await expect.poll(() => look(100), { timeout: 5000 }).toBe(answered);
  await expect.poll(() => look(101), { timeout: 5000 }).toBe(answered);
  await expect.poll(alarms, { timeout: 5000 }).toHaveLength(1);
  const [first] = alarms() as readonly { readonly en: string }[];
  expect(Number(/^(\d+) of the last/.exec(first?.en ?? '')?.[1])).toBeLessThanOrEqual(12);
  // The one that raised it is gone; the other goes on asking.
  const raiser = site.all.findIndex(({ log }) => log.some(({ kind }) => kind === 'alarm'));
  await site.all[raiser]?.kill();
  expect(await look(raiser === 0 ? 103 : 102)).toBe(answered);
  const database = openDatabase(file);
  const standing = await sqliteStandings(database).alarms.standing(
    'pharmacie-01' as AccountId,
    instantOf(Date.now()),
  );
  database.close();
  expect(standing.map(({ kind }) => kind)).toEqual(['novelty']);
}, 60_000);

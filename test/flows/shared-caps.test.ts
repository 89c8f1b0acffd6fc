// A cap that many share can be used up by one of them, and then honest people wait. The operator is told whose it was, and
// a lock and a higher cap bring the others back in under a second.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountCommand } from '../../packages/gateway/src/cli/account.ts';
import { runCommand } from '../support/command.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

const withFleet = (cap: number): Changes => [['budgets:\n', `budgets:\n  fleet: ${cap}\n`]];

let site: Site;
beforeEach(async () => {
  site = await startSite(withFleet(7));
});
afterEach(() => site.close());

let place = 0;
const look = async ({ browser }: Professional): Promise<number> =>
  (await browser.call(`/api/patients/${site.persons.nirOf(place++)}`)).status;

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

it('says who used it up, once, and is open again within a second of a lock and a higher cap', async () => {
  const [thief, honest] = [await present('pharmacie-01'), await present('medecin-01')];
  for (let asked = 0; asked < 5; asked += 1) expect(await look(thief)).toBe(200);
  expect([await look(honest), await look(honest)]).toEqual([200, 200]);
  expect([await look(honest), await look(honest)]).toEqual([429, 429]);
  const told = site.log.filter(({ kind }) => kind === 'circle-full');
  expect(told).toMatchObject([
    {
      cap: 'fleet',
      accounts: 2,
      most: [
        { account: 'pharmacie-01', records: 5 },
        { account: 'medecin-01', records: 2 },
      ],
    },
  ]);

  const since = performance.now();
  await runCommand(site, accountCommand, 'lock', 'pharmacie-01', '--reason', 'fleet cap');
  await site.reload(withFleet(7 + 5));
  await expect.poll(() => look(thief), { timeout: 1000, interval: 20 }).toBe(403);
  expect(await look(honest)).toBe(200);
  expect(performance.now() - since).toBeLessThan(1000);
  // The raised cap is the bound now: five more at most, whoever asks.
  const statuses = [await look(honest), await look(honest), await look(honest)];
  expect(statuses).toEqual([200, 200, 401]);
});

it('tells nobody anything while there is room (negative control)', async () => {
  const honest = await present('medecin-02');
  for (let asked = 0; asked < 6; asked += 1) await look(honest);
  expect(site.log.filter(({ kind }) => kind === 'circle-full')).toEqual([]);
});

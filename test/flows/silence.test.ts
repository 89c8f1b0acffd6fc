// After silence the portal's own session ends, and its password opens it again: that is the one factor that is asked
// anew. The morning's gesture stays, and is worth nothing to who has our cookie without the portal's session.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

const HOUR = 3_600;
const inMemory: Changes = [
  ['durable: sqlite:palier.db, shared: sqlite:palier.db', 'durable: memory, shared: memory'],
];

async function present(site: Site, login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  expect(await look(site, professional)).toBe(200);
  return professional;
}

async function look(site: Site, { browser }: Professional): Promise<number> {
  return (await browser.call(`/api/patients/${site.persons.nirOf(7)}`)).status;
}

describe('three hours of silence at noon', () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.close());

  it('cost the password and no second gesture', async () => {
    const doctor = await present(site, 'medecin-01');
    site.clock.advance(3 * HOUR);
    const stopped = await doctor.browser.go(`/patients/${site.persons.nirOf(7)}`);
    expect([stopped.status, stopped.location]).toEqual([303, '/login']);
    await doctor.signIn();
    expect(await look(site, doctor)).toBe(200);
  });

  it('leave nothing to who has only our cookie, nor to who has only the password', async () => {
    const doctor = await present(site, 'medecin-02');
    const ours = doctor.browser.cookies.get('__Host-palier') ?? '';
    site.clock.advance(3 * HOUR);
    const thief = seat(site, 'medecin-02');
    thief.browser.cookies.set('__Host-palier', ours);
    const answer = await thief.browser.call(`/api/patients/${site.persons.nirOf(7)}`);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    const stranger = seat(site, 'medecin-02');
    await stranger.signIn();
    expect(await look(site, stranger)).toBe(401);
  });

  it('are too long from twelve hours on', async () => {
    const doctor = await present(site, 'medecin-03');
    site.clock.advance(12 * HOUR + 1);
    await doctor.signIn();
    expect(await look(site, doctor)).toBe(401);
  });
});

it('a gateway that is told to watch for an hour of silence itself asks again after it', async () => {
  const site = await startSite([...inMemory, ['keys: { file:', 'sessions: { idle: 1h }\nkeys: { file:']]);
  try {
    const doctor = await present(site, 'medecin-01');
    site.clock.advance(HOUR + 60);
    await doctor.signIn();
    expect(await look(site, doctor)).toBe(401);
  } finally {
    await site.close();
  }
});

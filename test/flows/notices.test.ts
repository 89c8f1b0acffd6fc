// Who is told, over real channels: the person by mail, the operator by mail, signed webhook and syslog. A channel that is
// down holds nobody up.
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountCommand } from '../../packages/gateway/src/cli/account.ts';
import { ticketCommand } from '../../packages/gateway/src/cli/ticket.ts';
import { bindAnotherApp } from '../support/another-app.ts';
import { runCommand } from '../support/command.ts';
import { type Professional, seat } from '../support/professional.ts';
import { openSinks, type Sinks } from '../support/sinks.ts';
import { type Changes, type Site, startSite } from '../support/start.ts';

const secret = 'shared with the security desk, 32 bytes+';
const notify = (ports: Sinks['ports'], syslog: string): Changes => [
  [
    'keys: { file: palier-keys.json }',
    `notify:
  smtp:
    url: smtp://127.0.0.1:${ports.smtp}
    from: palier@portail.example
    address: /email
    contact: 01 99 00 00 00
    operators: [astreinte@portail.example]
  webhook: { url: "http://127.0.0.1:${ports.http}/palier", secret: { file: webhook.secret } }
  syslog: ${syslog}
keys: { file: palier-keys.json }`,
  ],
  ['budgets:\n', 'budgets:\n  canaries: { file: canaries.txt, as: nir }\n'],
];

let sinks: Sinks;
let site: Site;
beforeAll(async () => {
  sinks = await openSinks();
  site = await startSite(
    notify(sinks.ports, `{ url: "udp://127.0.0.1:${sinks.ports.udp}", format: cef }`),
    (folder, persons) => {
      writeFileSync(join(folder, 'webhook.secret'), secret);
      writeFileSync(join(folder, 'canaries.txt'), persons.nirOf(9));
    },
  );
});
afterAll(async () => {
  await site.close();
  await sinks.close();
});

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}
const postsOf = (name: string): readonly Readonly<Record<string, unknown>>[] =>
  sinks.posts.map(({ body }) => JSON.parse(body)).filter((post) => post.name === name);
const soon = { timeout: 5000 };

describe('a factor that was enrolled', () => {
  it('is told to the person at the address the portal names, and to the operator, without a link or a code', async () => {
    await present('medecin-01');
    const mails = (): string =>
      sinks.mails
        .filter(({ to }) => to.includes('medecin-01@sante.example'))
        .map(({ plain }) => plain)
        .join('\n');
    await expect.poll(mails, soon).toContain('phone of the counter');
    const texts = mails();
    expect(texts).toContain('01 99 00 00 00');
    expect(texts).toContain('phone of the counter');
    expect(texts).not.toMatch(/https?:|\b\d{6}\b/);
    await expect
      .poll(() => postsOf('event.factor-enrolled'), soon)
      .toMatchObject([{ account: 'medecin-01', severity: 'note' }]);
    // Not one of these goes to the mailbox that is paged.
    expect(sinks.mails.some(({ to }) => to.includes('astreinte@portail.example'))).toBe(false);
  });

  it('says who is to be called and how it is undone, where a code added it; with a ticket it need not', async () => {
    const { browser } = await present('medecin-06');
    await bindAnotherApp(site, browser, 'planted');
    const posts = (): readonly Readonly<Record<string, unknown>>[] =>
      postsOf('event.factor-enrolled').filter(({ account }) => account === 'medecin-06');
    await expect.poll(() => posts().length, soon).toBe(2);
    const [byTicket, byCode] = posts();
    expect(byTicket?.['en']).toBe('Account medecin-06: a factor was enrolled.');
    expect(byCode?.['en']).toMatch(/^Account medecin-06: a factor was added with a code.* Call its owner\./);
    for (const language of ['fr', 'en'])
      for (const command of [/lock medecin-06/, /remove-factor medecin-06 fac_[\w-]+ /, /show medecin-06$/])
        expect(byCode?.[language]).toMatch(command);
    expect(JSON.stringify(posts())).not.toContain('planted');

    const [, ...words] =
      /account (remove-factor) (medecin-06) (fac_[\w-]+)/.exec(String(byCode?.['en'])) ?? [];
    const held = async (): Promise<unknown> =>
      (await runCommand(site, accountCommand, 'show', 'medecin-06')).value;
    expect(await held()).toMatchObject({
      factors: expect.arrayContaining([expect.objectContaining({ name: 'planted', boundBy: 'code' })]),
    });
    const removed = await runCommand(site, accountCommand, ...words);
    expect(removed).toMatchObject({ code: 0, value: { outcome: 'removed', left: 2 } });
    expect(JSON.stringify(await held())).not.toContain('planted');
    expect((await runCommand(site, accountCommand, ...words)).code).toBe(1);
  });

  it('is told by the command of the operator too: a ticket leaves a trace outside of the machine', async () => {
    expect((await runCommand(site, ticketCommand, 'issue', 'medecin-05')).code).toBe(0);
    await expect
      .poll(() => postsOf('event.ticket-issued').map(({ account }) => account), soon)
      .toContain('medecin-05');
  });
});

describe('a sign-in in a browser that is new to the account', () => {
  const mailsTo = (login: string): readonly string[] =>
    sinks.mails.filter(({ to }) => to.includes(`${login}@sante.example`)).map(({ plain }) => plain);

  it('is told to the person at the very first one, and not again from the same browser', async () => {
    const nurse = seat(site, 'infirmier-03');
    await nurse.signIn();
    await expect.poll(() => mailsTo('infirmier-03').length, soon).toBe(1);
    expect(mailsTo('infirmier-03')[0]).toContain('un navigateur qui ne l’avait jamais fait');
    expect(mailsTo('infirmier-03')[0]).not.toMatch(/https?:|motdepasse/);
    await nurse.signIn();
    await nurse.elsewhere().signIn();
    await expect.poll(() => mailsTo('infirmier-03').length, soon).toBe(2);
  });

  it('is told to nobody when the password was wrong', async () => {
    const stranger = seat(site, 'infirmier-04').browser;
    expect((await stranger.post('/login', { login: 'infirmier-04', password: 'x' })).status).toBe(401);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(mailsTo('infirmier-04')).toEqual([]);
  });
});

describe('a canary that was opened', () => {
  it('is one sentence in a mail to the operator, a signed post and a line of syslog, and names no person', async () => {
    const pharmacist = await present('pharmacie-01');
    const canary = site.persons.nirOf(9);
    expect((await pharmacist.browser.call(`/api/patients/${canary}`)).status).toBe(200);
    await expect
      .poll(() => sinks.mails.filter(({ to }) => to.includes('astreinte@portail.example')).length, soon)
      .toBe(1);
    const [mail] = sinks.mails.filter(({ to }) => to.includes('astreinte@portail.example'));
    expect(mail?.plain).toContain('Compte pharmacie-01');
    expect(mail?.plain).toContain(
      'Account pharmacie-01: A planted record that nobody has a reason to open was looked up.',
    );
    await expect
      .poll(() => postsOf('alarm.canary'), soon)
      .toMatchObject([{ account: 'pharmacie-01', severity: 'page' }]);
    await expect
      .poll(
        () =>
          sinks.datagrams.filter((line) => line.includes('CEF:0|Palier|gateway|0.1|alarm.canary|')).length,
        soon,
      )
      .toBe(1);
    const everything = JSON.stringify([sinks.mails, sinks.posts, sinks.datagrams]);
    expect(everything).not.toContain(canary);
  });

  it('is signed so that the receiver can tell it from a forged or an old one', () => {
    for (const { body, signature } of sinks.posts) {
      const [, seconds = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      const sign = (key: string): string =>
        createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
      expect(mac).toBe(sign(secret));
      expect(mac).not.toBe(sign('another secret of more than 32 bytes'));
    }
  });
});

describe('channels that are down', () => {
  it('hold up nobody: people go on being shown what they may see', async () => {
    const gone = await openSinks();
    const { ports } = gone;
    await gone.close();
    const alone = await startSite(
      notify(ports, `{ url: "tcp://127.0.0.1:${ports.tcp}" }`),
      (folder, persons) => {
        writeFileSync(join(folder, 'webhook.secret'), secret);
        writeFileSync(join(folder, 'canaries.txt'), persons.nirOf(9));
      },
    );
    try {
      const since = performance.now();
      const doctor = seat(alone, 'medecin-01');
      await doctor.signIn();
      await doctor.enrolApp();
      expect((await doctor.browser.call(`/api/patients/${alone.persons.nirOf(9)}`)).status).toBe(200);
      expect(performance.now() - since).toBeLessThan(5000);
      expect(alone.log.some(({ kind, alarm }) => kind === 'alarm' && alarm === 'canary')).toBe(true);
    } finally {
      await alone.close();
    }
  }, 30_000);
});

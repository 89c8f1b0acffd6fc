// "My keys and apps" and "My sessions": buttons that do what they say, none that does nothing, and what helps instead.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindAnotherApp } from '../support/another-app.ts';
import type { Page } from '../support/browser.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}
const titlesIn = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/<li><strong>([^<]*)<\/strong>/g)].map(([, title = '']) => title);
const actionsIn = ({ forms }: Page): readonly string[] => forms.map(({ action }) => action);

describe('the page of keys and apps', () => {
  it('lists them oldest first and the recovery codes last, also after they were replaced', async () => {
    const { browser } = await present('medecin-01');
    const wanted = ['phone of the counter', 'b', 'a', 'Codes de secours'];
    for (const name of ['b', 'a']) {
      site.clock.advance(1);
      await bindAnotherApp(site, browser, name);
    }
    expect(titlesIn(await browser.go('/.palier/factors'))).toEqual(wanted);
    expect((await browser.post('/.palier/factors/recovery-codes', {})).status).toBe(200);
    expect(titlesIn(await browser.go('/.palier/factors'))).toEqual(wanted);
  });

  it('says of the last one what helps, which is not the administrator', async () => {
    const { browser } = await present('medecin-02');
    const page = await browser.go('/.palier/factors');
    expect(page.text).toContain('pour la retirer, ajoutez-en d’abord une autre avec un ticket');
    expect(page.text).not.toContain('seul l’administrateur');
    const english = await browser.go('/.palier/factors?lang=en');
    expect(english.text).toContain('to remove it, add another one with a ticket first');
  });

  it('asks before recovery codes go, without a script, and then offers to make some', async () => {
    const { browser } = await present('medecin-03');
    const page = await browser.go('/.palier/factors');
    expect(page.text).toContain('Remplacer mes codes de secours');
    const asked = /<details><summary>Retirer<\/summary><p>([^<]*)<\/p>\s*<form[^>]*factors\/remove/.exec(
      page.text,
    );
    expect(asked?.[1]).toContain('Vos codes de secours ne marcheront plus');
    const form = page.forms.find(({ action }) => action === '/.palier/factors/remove');
    expect((await browser.post('/.palier/factors/remove', form?.fields ?? {})).status).toBe(303);
    const after = await browser.go('/.palier/factors');
    expect(after.text).toContain('Faire des codes de secours');
    expect(after.text).not.toContain('Remplacer mes codes');
  });
});

describe('the page of sessions', () => {
  it('has no button for this browser, and none for others where there are none', async () => {
    const doctor = await present('medecin-04');
    const alone = await doctor.browser.go('/.palier/sessions');
    expect(titlesIn(alone)).toHaveLength(1);
    expect(actionsIn(alone)).toEqual([]);
    const other = doctor.elsewhere();
    await other.signIn();
    await other.browser.go('/.palier/sessions');
    const both = await doctor.browser.go('/.palier/sessions');
    expect(titlesIn(both)).toHaveLength(2);
    expect(actionsIn(both)).toEqual(['/.palier/sessions/end', '/.palier/sessions/end-others']);
  });
});

describe('who has lost the device', () => {
  it('is told of the ticket beside the recovery codes, and also where there are none', async () => {
    const { browser } = await present('medecin-05');
    const told =
      /<details><summary>Je n’ai plus mon appareil<\/summary>[\s\S]*demandez un ticket d’inscription/;
    const page = await browser.go('/.palier/step-up');
    expect(page.text).toMatch(told);
    expect(actionsIn(page)).toContain('/.palier/step-up/recovery-code');
    const form = (await browser.go('/.palier/factors')).forms.find(({ action }) =>
      action.endsWith('/remove'),
    );
    await browser.post('/.palier/factors/remove', form?.fields ?? {});
    const without = await browser.go('/.palier/step-up');
    expect(without.text).toMatch(told);
    expect(actionsIn(without)).not.toContain('/.palier/step-up/recovery-code');
  });
});

// What the step-up page says was added to the account, to whom, and for how long; and the way from that line to the end of
// the thief's app, through the pages alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindAnotherApp } from '../support/another-app.ts';
import type { Page } from '../support/browser.ts';
import { formTo } from '../support/forms.ts';
import { appFrom, type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const day = 24 * 3600;

async function withApp(login: string): Promise<Professional> {
  const owner = seat(site, login);
  await owner.signIn();
  await owner.enrolApp();
  return owner;
}

/** The same password in another browser, where nothing was proved yet. */
async function arrived(owner: Professional): Promise<Professional> {
  site.clock.advance(30);
  const other = owner.elsewhere();
  await other.signIn();
  return other;
}

/** With a code phished from the owner, binds apps under these names; answers his browser and the code of the last. */
async function thiefOf(owner: Professional, ...names: readonly string[]): Promise<Thief> {
  const { browser } = await arrived(owner);
  const typed = await browser.call('/.palier/api/step-up/totp', { code: owner.code() });
  expect(typed.status).toBe(200);
  const codes: (() => string)[] = [];
  for (const name of names) codes.push(await bindAnotherApp(site, browser, name));
  return { browser, code: codes.at(-1) ?? (() => '') };
}

interface Thief {
  readonly browser: Professional['browser'];
  readonly code: () => string;
}

/** What stands in the line, without its markup; undefined where there is none. */
function lineOf({ text }: Page): string | undefined {
  const line = /<p class="note lately" role="note">(.*?)<\/p>/s.exec(text)?.[1];
  return line?.replace(/<[^>]+>/g, '').replaceAll('\u00a0', ' ');
}

describe('the step-up page', () => {
  it('says in French which app was added and when, and where it is taken away', async () => {
    const owner = await withApp('medecin-01');
    await thiefOf(owner, 'mon téléphone');
    const { browser } = await arrived(owner);
    const page = await browser.go('/.palier/step-up');
    expect(lineOf(page)).toBe(
      'Ajouté à ce compte le 10 mars 2026 à 09:00 : application « mon téléphone ». Ce n’était pas vous ou un collègue ? Prévenez l’administrateur du portail tout de suite. Voir et retirer',
    );
    expect(page.text).toContain('<a href="/.palier/factors">Voir et retirer</a>');
    expect(page.text.indexOf('class="note lately"')).toBeLessThan(page.text.indexOf('id="code"'));
  });

  it('says it in English', async () => {
    const owner = await withApp('medecin-02');
    await thiefOf(owner, 'my phone');
    const { browser } = await arrived(owner);
    expect(lineOf(await browser.go('/.palier/step-up?lang=en'))).toMatch(
      /^Added to this account on 10 March 2026 at 09:0\d: app “my phone”\. Was it not you or a colleague\? Tell the portal’s administrator at once\. See and remove$/,
    );
  });

  it('says nothing of the first enrolment of an account', async () => {
    const { browser } = await arrived(await withApp('medecin-03'));
    const page = await browser.go('/.palier/step-up');
    expect([page.status, lineOf(page), page.text.includes('id="code"')]).toEqual([200, undefined, true]);
  });

  it('says nothing any more after seven days', async () => {
    const owner = await withApp('medecin-04');
    await thiefOf(owner, 'old news');
    const before = await arrived(owner);
    expect(lineOf(await before.browser.go('/.palier/step-up'))).toContain('old news');
    site.clock.advance(7 * day);
    const after = await arrived(owner);
    const page = await after.browser.go('/.palier/step-up');
    expect([page.status, lineOf(page)]).toEqual([200, undefined]);
    expect((await after.browser.go('/.palier/factors')).text).toContain('old news');
  });

  it('shows a name as text, without what would turn the line around', async () => {
    const owner = await withApp('medecin-05');
    await thiefOf(owner, '</p><script>alert(1)</script>\u202e"\u0007');
    const { text } = await (await arrived(owner)).browser.go('/.palier/step-up');
    expect(text).toContain('<bdi>&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;</bdi>');
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('\u202e');
  });

  it('names the three newest of many, and counts the others', async () => {
    const owner = await withApp('medecin-06');
    const { browser } = await thiefOf(owner, 'one', 'two', 'three', 'four', 'five');
    await browser.post('/.palier/factors/recovery-codes', {});
    const { browser: own } = await arrived(owner);
    const line = lineOf(await own.go('/.palier/step-up?lang=en'));
    expect(line).toContain('; and 3 more. ');
    expect(line?.match(/ on \d+ March 2026 /g)).toHaveLength(3);
    expect(lineOf(await own.go('/.palier/step-up?lang=fr'))).toContain(' ; et 3 autres. ');
  });

  it('tells nobody who is not signed in at the portal, nor another account', async () => {
    const owner = await withApp('medecin-07');
    await thiefOf(owner, 'planted');
    const nobody = seat(site, 'medecin-07');
    const other = await arrived(await withApp('medecin-08'));
    for (const { browser } of [nobody, other])
      for (const page of [
        await browser.go('/.palier/step-up'),
        await browser.call('/.palier/api/step-up', {}),
      ])
        expect(page.text).not.toContain('planted');
    const own = await arrived(owner);
    expect((await own.browser.call('/.palier/api/step-up', {})).text).toContain('"name":"planted"');
  });

  it('goes where the person wanted after the one gesture, line or no line', async () => {
    const owner = await withApp('medecin-09');
    await thiefOf(owner, 'planted');
    const own = await arrived(owner);
    const stopped = await own.browser.follow(`/patients/${site.persons.nirOf(3)}`);
    expect(lineOf(stopped)).toContain('planted');
    expect((await own.stepUp(stopped)).text).toContain(site.persons.personByIndex(3).family);
  });
});

describe('the page of the factors', () => {
  it('offers all where a ticket was just spent for another app, and says so at the end of that', async () => {
    const owner = await withApp('pharmacie-04');
    await thiefOf(owner, 'planted');
    await owner.signIn();
    const done = await owner.enrolApp('', 'phone of today');
    expect(done.text).toContain('Retirez l’ancienne dans les 5 minutes');
    const list = await owner.browser.go('/.palier/factors');
    expect(list.text.split('action="/.palier/factors/remove"')).toHaveLength(5);
    site.clock.advance(301);
    const late = await owner.browser.go('/.palier/factors');
    expect(late.text.split('action="/.palier/factors/remove"')).toHaveLength(2);
    expect(late.text).toContain('ajoutez d’abord une clé ou une application avec un ticket');
  });

  it('says nothing of the kind at the end of what a code added, and of the first of all', async () => {
    const owner = seat(site, 'pharmacie-06');
    await owner.signIn();
    const first = await owner.enrolApp();
    const choice = formTo(await owner.browser.post('/.palier/enrol/factor', {}), '/.palier/enrol/totp');
    const offer = await owner.browser.post(choice.action, { ...choice.fields, name: 'second' });
    const confirm = formTo(offer, '/.palier/enrol/totp/confirm');
    const code = appFrom(offer).generate({ timestamp: site.clock.now() });
    const second = await owner.browser.post(confirm.action, { ...confirm.fields, code });
    for (const { status, text } of [first, second])
      expect([status, text.includes('Retirez l’ancien')]).toEqual([200, false]);
  });

  it('offers no removal of the only app, and says whose act that is', async () => {
    const owner = await withApp('pharmacie-03');
    const [row = ''] = rowsOf(await owner.browser.go('/.palier/factors'));
    expect(row).not.toContain('factors/remove');
    expect(row).toContain('ajoutez-en d’abord une autre');
  });

  const rowsOf = ({ text }: Page): readonly string[] => text.split('<li><strong>').slice(1);

  function removalOf(page: Page, name: string): { readonly factor: string } {
    const row = rowsOf(page).find((text) => text.startsWith(name)) ?? '';
    return { factor: /name="factor" value="([^"]+)"/.exec(row)?.[1] ?? '' };
  }

  it('marks what is new, and lets the owner take it away: asked for a gesture, brought back, done', async () => {
    const owner = await withApp('pharmacie-01');
    const thief = await thiefOf(owner, 'planted');
    const own = await arrived(owner);
    const list = await own.browser.go('/.palier/factors');
    const marked = rowsOf(list).map((row) => row.includes('<span class="new">nouveau</span>'));
    expect(rowsOf(list).map((row) => row.startsWith('planted'))).toEqual(marked);
    const asked = await own.browser.post('/.palier/factors/remove', removalOf(list, 'planted'));
    expect(asked.status).toBe(403);
    const stepUp = /href="(\/\.palier\/step-up\?resume=[^"]+)"/.exec(asked.text)?.[1] ?? '';
    const back = await own.stepUp(await own.browser.go(stepUp));
    expect(back.text).toContain('Mes clés et applications');
    const removed = await own.browser.post('/.palier/factors/remove', removalOf(back, 'planted'));
    expect([removed.status, removed.location]).toEqual([303, '/.palier/factors']);
    expect((await own.browser.go('/.palier/factors')).text).not.toContain('planted');
    site.clock.advance(30);
    const late = await thief.browser.call('/.palier/api/step-up/totp', { code: thief.code() });
    expect(late.status).toBe(400);
  });

  it('keeps the app of the owner from the thief, and says why', async () => {
    const owner = await withApp('pharmacie-02');
    const thief = await thiefOf(owner, 'planted');
    const list = await thief.browser.go('/.palier/factors?lang=fr');
    const [rows, why] = [rowsOf(list), 'que ce qui vient d’un code de sa propre application'];
    expect(list.text).toContain(why);
    const offered = rows.filter((row) => row.includes('action="/.palier/factors/remove"'));
    expect(offered.map((row) => row.startsWith('planted'))).toEqual([true]);
    const renamed = rows.filter((row) => row.includes('action="/.palier/factors/rename"'));
    expect(renamed.map((row) => row.split('<')[0])).toEqual(['phone of the counter', 'planted']);
    const id = removalOf(list, 'phone of the counter');
    const refused = await thief.browser.post('/.palier/factors/remove', id);
    expect([refused.status, refused.text.split(why).length]).toEqual([403, 2]);
    expect(/<p[^>]* role="alert"[^>]*>([^<]+)/.exec(refused.text)?.[1]).toContain(why);
    const own = await arrived(owner);
    expect((await own.browser.call('/.palier/api/step-up/totp', { code: own.code() })).status).toBe(200);
  });
});

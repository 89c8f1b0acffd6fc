// A key that never leaves its token, shown by curl through PKCS#11: as near to a card in a reader as a machine without
// one comes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formTo } from '../support/forms.ts';
import { seat } from '../support/professional.ts';
import { type CardSite, cardSpec, startCardSite } from './card-site.ts';
import { isTokenMissing, makeToken, type Token } from './token.ts';

describe.skipIf(isTokenMissing)('a card whose key is on a token', () => {
  let site: CardSite;
  let token: Token;
  beforeAll(async () => {
    site = await startCardSite();
    token = await makeToken(site.pki, cardSpec(site, 'medecin-01'));
  });
  afterAll(async () => {
    token?.remove();
    await site?.close();
  });

  const asked = async (login: string): Promise<{ who: ReturnType<typeof seat>; address: string }> => {
    const who = seat(site, login);
    await who.signIn();
    const page = await who.browser.go('/.palier/enrol');
    const { action, fields } = formTo(page, '/.palier/enrol/card');
    return { who, address: (await who.browser.post(action, fields)).location };
  };

  it('proves its person', async () => {
    const { who, address } = await asked('medecin-01');
    const shown = await token.fetch(address);
    expect(shown).toMatchObject({ status: 303 });
    const location = 'location' in shown ? shown.location : '';
    const page = await who.browser.go(location.slice(site.origin.origin.length));
    expect(page.status).toBe(200);
    const session = await who.browser.call('/.palier/api/session');
    expect(JSON.parse(session.text)).toMatchObject({ proofs: [{ kind: 'card' }] });
  });

  it('proves nothing for another person, with a wrong PIN, or without the token', async () => {
    const other = await asked('medecin-02');
    expect(await token.fetch(other.address)).toMatchObject({ status: 403 });
    const { address } = await asked('medecin-01');
    // 58: the certificate or its key cannot be used.
    expect(await token.fetch(address, '000000')).toEqual({ failed: 58 });
    expect(await token.exportsKey()).toBe(false);
  });
});

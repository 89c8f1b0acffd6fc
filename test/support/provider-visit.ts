// A professional on the way to the provider: stopped at a look-up, the button pressed, what was proved afterwards.
import type { Page } from './browser.ts';
import { formTo } from './forms.ts';
import { type Professional, seat } from './professional.ts';
import type { ProviderSite } from './provider-site.ts';

/** What is clicked at the stand-in. */
export const cardOf = {
  doctor: '899700218896/card',
  phone: '899700218896/app',
  pharmacist: '899700075122/card',
} as const;

/** Signed in with a password and stopped at an address. */
export async function stopped(
  site: ProviderSite,
  target: string,
  login = 'medecin-01',
): Promise<{ readonly doctor: Professional; readonly page: Page }> {
  const doctor = seat(site, login);
  await doctor.signIn();
  const stop = await doctor.browser.go(target);
  return { doctor, page: await doctor.browser.go(stop.location) };
}

/** Presses the provider's button on a page; answers with the provider's address, or nothing. */
export async function leave({ browser }: Pick<Professional, 'browser'>, page: Page): Promise<string> {
  const form = page.forms.find(({ action }) => action.startsWith('/.palier/oidc/'));
  const { action, fields } = form ?? formTo(page, '');
  return addressIn(await browser.post(action, fields));
}

/** Where a page of ours goes on by itself. */
export function addressIn(page: Page): string {
  return /^0; url=(.+)$/.exec(String(page.headers['refresh'] ?? ''))?.[1] ?? '';
}

/** The kinds proved in this browser's session. */
export async function proofsOf({ browser }: Pick<Professional, 'browser'>): Promise<readonly string[]> {
  const { text } = await browser.call('/.palier/api/session');
  const { proofs } = JSON.parse(text) as { proofs: readonly { readonly kind: string }[] };
  return proofs.map(({ kind }) => kind);
}

/** One whole visit at the provider, from a stop to the page that follows. */
export async function visit(
  site: ProviderSite,
  target: string,
  choice: string = cardOf.doctor,
): Promise<{ readonly doctor: Professional; readonly done: Page }> {
  const { doctor, page } = await stopped(site, target);
  const back = await site.identify(await leave(doctor, page), choice);
  return { doctor, done: await doctor.browser.go(back) };
}

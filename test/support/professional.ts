// A professional at the counter, acting through the pages alone: signs in, types a ticket, scans the picture, types
// codes. The app on the phone is otpauth, which shares no code with what is tested.

import { Secret, TOTP } from 'otpauth';
import { examplePassword } from '../../examples/portal/accounts.ts';
import { type Browser, openBrowser, type Page } from './browser.ts';
import { formTo } from './forms.ts';
import type { Site } from './start.ts';

/** What a seat needs of a site. */
export type Seated = Pick<Site, 'origin' | 'ticketFor'> & { readonly clock: Pick<Site['clock'], 'now'> };

/** A person with a browser, and a phone after enrolling. */
export interface Professional {
  readonly login: string;
  readonly browser: Browser;
  /** The same person, with the same phone, at another computer. */
  elsewhere(): Professional;
  signIn(): Promise<Page>;
  /** Enrols an authenticator app with a fresh ticket, which also proves it; `resume` is the way back. */
  enrolApp(resume?: string, name?: string): Promise<Page>;
  /** What the phone shows at this moment of the site's clock. */
  code(): string;
  /** Types the phone's code on the step-up page that was reached, and follows the way back. */
  stepUp(page: Page): Promise<Page>;
}

/** What the person carries from one computer to the next. */
interface Phone {
  app: TOTP | undefined;
}

/** Seats a professional in front of a site. */
export function seat(site: Seated, login: string, phone: Phone = { app: undefined }): Professional {
  const browser = openBrowser(site.origin);
  const code = (): string => phone.app?.generate({ timestamp: site.clock.now() }) ?? '';
  return {
    login,
    browser,
    code,
    elsewhere: () => seat(site, login, phone),
    signIn: () => browser.post('/login', { login, password: examplePassword(login), next: '/' }),
    async enrolApp(resume = '', name = 'phone of the counter') {
      const ticket = await site.ticketFor(login);
      const choice = await browser.post('/.palier/enrol/ticket', { ticket, resume });
      const { action, fields } = formTo(choice, '/.palier/enrol/totp');
      const offer = await browser.post(action, { ...fields, name });
      phone.app = appFrom(offer);
      const confirm = formTo(offer, '/.palier/enrol/totp/confirm');
      return browser.post(confirm.action, { ...confirm.fields, code: code() });
    },
    async stepUp(page) {
      const { action, fields } = formTo(page, '/.palier/step-up/totp');
      const answer = await browser.post(action, { ...fields, code: code() });
      return answer.location === '' ? answer : browser.follow(answer.location);
    },
  };
}

/** The app that scans the page of an enrolment. */
export function appFrom(offer: Page): TOTP {
  const secret = /<p class="secret">([^<]+)<\/p>/.exec(offer.text)?.[1]?.replace(/\s/g, '') ?? '';
  return new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 });
}

// Another app, bound with the gesture that a browser has just made: by its owner, or by whoever phished a code.
import type { Browser } from './browser.ts';
import { formTo } from './forms.ts';
import { appFrom } from './professional.ts';
import type { Site } from './start.ts';

/** Binds it under a name through the pages; answers what makes its codes. */
export async function bindAnotherApp(
  { clock }: Pick<Site, 'clock'>,
  browser: Browser,
  name: string,
): Promise<() => string> {
  const choice = formTo(await browser.post('/.palier/enrol/factor', {}), '/.palier/enrol/totp');
  const offer = await browser.post(choice.action, { ...choice.fields, name });
  const app = appFrom(offer);
  const code = (): string => app.generate({ timestamp: clock.now() });
  const confirm = formTo(offer, '/.palier/enrol/totp/confirm');
  const done = await browser.post(confirm.action, { ...confirm.fields, code: code() });
  if (done.status !== 200) throw new Error(`not bound: ${done.status}`);
  return code;
}

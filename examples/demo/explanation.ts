// What the demo prints when it is ready: where to click, what to type, what to see.

import type { Demo } from './start.ts';

/** The text for a terminal. */
export function explanation(demo: Demo, milliseconds: number): string {
  const people = demo.accounts.map(({ login, password }) => {
    const ticket = demo.tickets.find(({ account }) => account === login)?.code ?? '';
    return `   ${login.padEnd(13)} password ${password.padEnd(24)} ticket ${ticket}`;
  });
  const [first = '', ...others] = demo.numbers;
  return `
Palier is in front of a portal of 600,000 synthetic insured persons (ready in ${(milliseconds / 1_000).toFixed(1)} s).

1. Open ${demo.gateway}/ and sign in:
${people.join('\n')}
2. Look this person up: ${first}
   The password is not enough. Enrol with the ticket: a passkey, or an authenticator app.
3. Go on: ${others.slice(0, 3).join(' ')}
      ${others.slice(3, 7).join(' ')}
      ${others.slice(7).join(' ')}
   A code shows five different persons, a passkey eight. The next one asks for a new gesture: make it, and go on.
4. The same portal without Palier: ${demo.portal}/

Health: ${demo.health}/ready    Stop with Ctrl+C.
`;
}

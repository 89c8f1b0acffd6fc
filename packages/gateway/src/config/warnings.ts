// What is sound, does as it says, and is rarely what was meant. Told by `palier check` and at the start; it stops nothing.
import { classWarnings } from './account-words.ts';
import type { Config } from './config.ts';
import { countedWarnings } from './counted-warnings.ts';
import type { Objection } from './issues.ts';

export function warningsOf(config: Config): readonly Objection[] {
  return [
    ...strangerWarnings(config),
    ...countedWarnings(config),
    ...ofKeysByCode(config),
    ...classWarnings(config),
  ];
}

/**
 * Behind a front that is not named in clientAddress every stranger has the front's address. Who a front stands before is
 * told by the origin: browsers come with https, and TLS does not end here.
 */
export function strangerWarnings(config: Config): readonly Objection[] {
  const { origin, tls, clientAddress } = config;
  if (origin.protocol !== 'https:' || tls !== undefined || clientAddress !== undefined) return [];
  const fix = 'write clientAddress: { header: X-Forwarded-For, from: [<address of the front>] }';
  return config.routes.flatMap((route, index) => [
    ...(route.signIn !== undefined && route.methods.includes('POST')
      ? [
          {
            path: ['routes', index, route.signIn.kind === 'sign-in' ? 'login' : 'reset'],
            problem:
              'counts every stranger as one, since all have the address of the front that ends TLS: one of them can make the others wait',
            fix,
          },
        ]
      : []),
    ...(route.conditions.some(({ kind }) => kind === 'network')
      ? [
          {
            path: ['routes', index, 'when'],
            problem: 'asks for a network, and everybody has the address of the front that ends TLS',
            fix,
          },
        ]
      : []),
  ]);
}

/** Who phishes one code at an account that holds only an app has a key of his own, which no cap on codes bounds. */
function ofKeysByCode({ enrolment }: Config): readonly Objection[] {
  if (enrolment.keyAfterCode === 'never') return [];
  return [
    {
      path: ['enrolment', 'keyAfterCode'],
      problem: 'lets one phished code bind a key of the thief, at every account that holds an app and no key',
      fix: 'write never, and issue a ticket to whoever is to have a key',
    },
  ];
}

// Every route that answers once, with the state only routes share: resets under way, declared leaves, delegations.

import type { Accounts } from '../accounts.ts';
import { createDelegations } from '../desk/delegations.ts';
import { createSickLeaves } from '../desk/sick-leaves.ts';
import type { Route } from '../http/routes.ts';
import type { Population } from '../population.ts';
import { createPasswordResets, type Mail } from '../sign-in/password-resets.ts';
import type { Clock, Random, Sessions } from '../sign-in/sessions.ts';
import { accountRoutes } from './account-routes.ts';
import { openRoutes } from './open-routes.ts';
import { patientRoutes } from './patient-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';

/** Lists the routes of a portal. */
export function allRoutes(parts: {
  readonly persons: Population;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly random: Random;
  readonly mail: (mail: Mail) => void | Promise<void>;
}): readonly Route[] {
  return [
    ...openRoutes(),
    ...signInRoutes({ ...parts, resets: createPasswordResets(parts) }),
    ...patientRoutes(parts.persons),
    ...profileRoutes({ ...parts, delegations: createDelegations() }),
    ...accountRoutes({ ...parts, leaves: createSickLeaves(parts.random) }),
  ];
}

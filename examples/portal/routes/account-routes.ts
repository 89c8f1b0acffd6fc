// What a signed-in professional does besides looking persons up: sick leaves, payments, messages.

import type { Account } from '../accounts.ts';
import { paymentsOf } from '../desk/payments.ts';
import { isPeriod, type SickLeaves } from '../desk/sick-leaves.ts';
import { type Answer, json, page } from '../http/answer.ts';
import { type Route, signedIn } from '../http/routes.ts';
import type { Visit } from '../http/visit.ts';
import { texts } from '../locales/texts.ts';
import { messagesPage, paymentsPage, receiptPage, sickLeavePage } from '../pages/account-pages.ts';
import { parseNir } from '../people/nir.ts';
import type { Population } from '../population.ts';
import type { Clock } from '../sign-in/sessions.ts';

interface Parts {
  readonly persons: Population;
  readonly leaves: SickLeaves;
  readonly clock: Clock;
}

/** Lists the routes of an account's own affairs. */
export function accountRoutes(parts: Parts): readonly Route[] {
  const { leaves, clock } = parts;
  return [
    signedIn('GET /api/me', (_visit, { login, class: trade, organisation, name, nationalId, email }) =>
      json(200, { login, class: trade, organisation, name, nationalId, email }),
    ),
    signedIn('GET /paiements', (visit, { login }) =>
      page(200, paymentsPage(visit, paymentsOf(login, clock()))),
    ),
    signedIn('GET /messages', (visit) => page(200, messagesPage(visit))),
    signedIn('GET /aat', (visit, { login }) =>
      page(200, sickLeavePage(visit, { declared: leaves.of(login) })),
    ),
    signedIn('POST /aat', (visit, account) => declareLeave(parts, visit, account)),
  ];
}

async function declareLeave({ persons, leaves }: Parts, visit: Visit, { login }: Account): Promise<Answer> {
  const typed = await visit.form();
  const [firstDay, lastDay, reason] = [
    typed.get('debut') ?? '',
    typed.get('fin') ?? '',
    typed.get('motif') ?? '',
  ];
  const nir = parseNir(typed.get('nir') ?? '');
  const problem = leaveProblem(visit, nir && persons.personByNir(nir), isPeriod(firstDay, lastDay));
  if (nir === undefined || problem !== undefined) {
    if (visit.format === 'json') return json(422, { error: 'malformed-leave' });
    return page(
      422,
      sickLeavePage(visit, { declared: leaves.of(login), typed, ...(problem && { problem }) }),
    );
  }
  const leave = leaves.declare(login, { nir, firstDay, lastDay, reason: reason.slice(0, 500) });
  return visit.format === 'json' ? json(201, leave) : page(201, receiptPage(visit, leave));
}

function leaveProblem({ language }: Visit, person: object | undefined, period: boolean): string | undefined {
  const t = texts(language);
  if (person === undefined) return t.nirUnknown;
  return period ? undefined : t.datesWrong;
}

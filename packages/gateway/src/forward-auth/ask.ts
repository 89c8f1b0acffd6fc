// What became of a question: the same decision as for a request of our own, and on a counted route the ledger has the
// entry before the front hears yes. The answer of the portal is never seen here, so what was let through counts as shown.
import { decide } from '../gate/decide.ts';
import type { Denial } from '../gate/denial.ts';
import type { PermitTerms } from '../gate/permit.ts';
import { type Desk, entryOf, mustBeKept, noteUndeclared } from '../gate/serve.ts';
import type { CanonicalRequest } from '../request/request.ts';

export interface Permitted {
  readonly kind: 'permitted';
  readonly terms: PermitTerms;
  /** For the portal; undefined where there is nobody to speak of. */
  readonly assertion: string | undefined;
}

/** A front keeps the body to itself; routes that need it are refused when the configuration is loaded (A073). */
const noBody = { read: async () => new Uint8Array(0) };

/** Rejects when something is broken; then the front must not let the request through. */
export async function ask(desk: Desk, request: CanonicalRequest): Promise<Permitted | Denial> {
  const decision = await decide(desk.gate, request, noBody);
  if (decision.kind !== 'forward') return decision;
  // Not redeemed: this permit opens no way through our own proxy.
  const terms: PermitTerms = decision.permit;
  // The front alone sees whether the portal knows it.
  noteUndeclared(desk, terms);
  const assertion = await desk.proxy.signer.sign(terms);
  if (mustBeKept(desk, terms))
    await desk.ledger.append(
      entryOf(desk, terms, { status: 0, outcome: 'permitted', records: terms.records }),
    );
  // Whether the portal agrees to the sign-out is not seen: ending our session too early only costs a gesture.
  if (terms.matched.route.signsOut) await desk.signedOut(terms);
  return { kind: 'permitted', terms, assertion };
}

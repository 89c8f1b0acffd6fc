// Whether an exchange that outlives its decision (a WebSocket, an event stream, a long download) may go on: asked twice a
// second of the policy and the stores, so that a reload, a sign-out or a revocation on another instance counts here too
// (A085). The portal is asked seldom: what it ends out of our sight ends here within `cacheForStreams`.
import { assess, type Session } from '@palier/mfa-core';
import { holds } from '../policy/conditions.ts';
import { matchRoute } from '../policy/policy.ts';
import type { Gate } from './gate.ts';
import type { PermitTerms } from './permit.ts';

/** The operator stopped nothing of it, the route still stands and is for this account, the portal still knows the person, the session stands, and the proof is not too old. */
export async function mayLive(gate: Gate, { identity, session, request }: PermitTerms): Promise<boolean> {
  const found = matchRoute(gate.policy, request);
  if ('refusal' in found) return gate.observer !== undefined;
  const { requirement, conditions, id } = found.route;
  if ((await gate.stops.holding({ route: id, identity })) !== undefined) return false;
  if (requirement.kind === 'open') return true;
  if (identity.kind === 'anonymous') return gate.observer !== undefined;
  const now = await gate.identifyStreaming(request);
  if (now.kind === 'anonymous' || now.account !== identity.account) return false;
  if (gate.observer !== undefined) return true;
  if (!conditions.every((condition) => holds(condition, now, request.peer, gate.clock.now()))) return false;
  const current = session === undefined ? undefined : await standing(gate, session);
  // A sign-out at another instance ends our session, and that is all this one sees of it.
  if (session !== undefined && current === undefined) return false;
  if (requirement.kind !== 'step-up') return true;
  return current !== undefined && assess(current.proofs, requirement, gate.clock.now()) === undefined;
}

/** The session as the store has it now, with what was proved since; undefined once it ended. */
async function standing(gate: Gate, session: Session): Promise<Session | undefined> {
  const sessions = await gate.mfa.sessions.list(session.account);
  return sessions.find((one) => one.id === session.id);
}

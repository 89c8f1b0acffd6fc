// Whether an exchange that outlives its decision (a WebSocket, an event stream, a long download) may go on: asked twice a
// second of the portal and the stores, so that a sign-out or revocation on another instance counts here too (A085).
import { elapsed, type Session } from '@palier/mfa-core';
import type { Gate } from './gate.ts';
import type { PermitTerms } from './permit.ts';

/** The portal still knows the person, the session stands, and the proof is not too old for the route. */
export async function mayLive(
  gate: Gate,
  { matched, identity, session, proof, request }: PermitTerms,
): Promise<boolean> {
  const { requirement } = matched.route;
  if (requirement.kind === 'open' || identity.kind === 'anonymous') return true;
  const now = await gate.identify(request);
  if (now.kind === 'anonymous' || now.account !== identity.account) return false;
  if (requirement.kind !== 'step-up' || gate.observer !== undefined) return true;
  const stands = session !== undefined && (await isListed(gate, session));
  return stands && proof !== undefined && elapsed(proof.at, gate.clock.now()) <= requirement.maxAge;
}

async function isListed(gate: Gate, session: Session): Promise<boolean> {
  const sessions = await gate.mfa.sessions.list(session.account);
  return sessions.some((one) => one.id === session.id);
}

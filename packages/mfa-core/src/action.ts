// What is being approved, as a digest inside the WebAuthn challenge: an assertion given for one act cannot pass for
// another. A code cannot carry it, so an action is approved with a key only.
import { createHash } from 'node:crypto';

/** SHA-256 of the text that names an act, base64url. The server composes the text; the browser only signs over it. */
export function actionDigest(action: string): string {
  return createHash('sha256').update(action).digest('base64url');
}

/** The bytes to sign: 32 random ones, and behind them the digest of the action if there is one. */
export function challengeBytes(nonce: Uint8Array, action: string | undefined): Uint8Array {
  const digest = action === undefined ? Buffer.alloc(0) : Buffer.from(actionDigest(action), 'base64url');
  return new Uint8Array(Buffer.concat([nonce, digest]));
}

// What a person holds: an app that shows codes, or a key that signs. Enrols over the gateway's own API with a ticket,
// and makes the gesture there. The app's codes and the key's signatures are real; only the hand is missing.

import { instantOf, systemRandom } from '@palier/mfa-core';
import { type SoftwareAuthenticator, softwareAuthenticator, totpCode } from '@palier/mfa-core/testing';
import type { Line, Reply } from './line.ts';

/** A factor in somebody's hand. */
export interface HeldFactor {
  /** Makes the gesture in the browser behind `line`; true when the gateway took it. */
  prove(line: Line, now: number): Promise<boolean>;
}

/** An authenticator app: whoever has its secret, or is told a code, is the person. */
export interface App extends HeldFactor {
  readonly kind: 'app';
  code(now: number): string;
}

/** A security key or passkey: signs for the origin the browser is at. */
export interface Key extends HeldFactor {
  readonly kind: 'key';
  readonly authenticator: SoftwareAuthenticator;
}

type Options = Parameters<SoftwareAuthenticator['get']>[0];
type CreationOptions = Parameters<SoftwareAuthenticator['create']>[0];

/** A right to bind one factor, as the gateway gives it to the session behind a line. */
export type Right = string & { readonly of: 'right' };

/** The right that a ticket is worth. */
export async function rightOfTicket(line: Line, ticket: string): Promise<Right> {
  return String((await said(line, '/.palier/api/enrol/ticket', { ticket }))['right']) as Right;
}

/** The right that a gesture of a moment ago is worth; undefined when none. */
export async function rightOfProof(line: Line): Promise<Right | undefined> {
  const { body } = await line.post('/.palier/enrol/factor', { resume: '' });
  return /name="right" value="(chl_[^"]+)"/.exec(body)?.[1] as Right | undefined;
}

/** Binds an app. */
export async function enrolApp(line: Line, right: Right, now: number): Promise<App> {
  const begun = await begin(line, right, 'totp');
  const { secret } = begun['totp'] as { readonly secret: string };
  const app = appWith(base32(secret));
  await completed(line, { challenge: begun['challenge'], code: app.code(now), name: 'phone' });
  return app;
}

/** Asks for a key with a right that may be too weak; true when the gateway refused it for just that. */
export async function isTooWeakForKey(line: Line, right: Right): Promise<boolean> {
  const reply = await line.json('/.palier/api/enrol/begin', { right, kind: 'webauthn', name: 'key' });
  return reply.status === 403 && reply.body.includes('urn:palier:problem:right-too-weak');
}

/** Binds a key. */
export async function enrolKey(line: Line, right: Right, origin: URL): Promise<Key> {
  const begun = await begin(line, right, 'webauthn');
  const authenticator = softwareAuthenticator({ random: systemRandom });
  const response = await authenticator.create(begun['webauthn'] as CreationOptions, origin.origin);
  await completed(line, { challenge: begun['challenge'], response, name: 'key' });
  return keyWith(authenticator, origin);
}

/** An app from its secret, wherever that comes from. */
export function appWith(secret: Uint8Array): App {
  const code = (now: number): string => totpCode(secret, instantOf(now));
  return {
    kind: 'app',
    code,
    prove: async (line, now) =>
      (await line.json('/.palier/api/step-up/totp', { code: code(now) })).status === 200,
  };
}

function keyWith(authenticator: SoftwareAuthenticator, origin: URL): Key {
  return {
    kind: 'key',
    authenticator,
    async prove(line) {
      const offer = await offered(line);
      if (offer === undefined) return false;
      const response = await authenticator.get(offer.options, origin.origin);
      return (await answerOffer(line, offer.challenge, response)).status === 200;
    },
  };
}

/** What the gateway offers the session behind a line for its keys; undefined when it has none. */
export async function offered(line: Line): Promise<{ challenge: unknown; options: Options } | undefined> {
  const reply = await line.json('/.palier/api/step-up', {});
  if (reply.status !== 200) return undefined;
  const { challenge, webauthn } = JSON.parse(reply.body) as Record<string, unknown>;
  return webauthn === undefined ? undefined : { challenge, options: webauthn as Options };
}

/** Sends an assertion for a challenge. */
export function answerOffer(line: Line, challenge: unknown, response: unknown): Promise<Reply> {
  return line.json('/.palier/api/step-up/webauthn', { challenge, response });
}

function begin(
  line: Line,
  right: Right,
  kind: 'totp' | 'webauthn',
): Promise<Readonly<Record<string, unknown>>> {
  return said(line, '/.palier/api/enrol/begin', { right, kind, name: kind });
}

async function completed(line: Line, answer: object): Promise<void> {
  await said(line, '/.palier/api/enrol/complete', answer);
}

async function said(line: Line, target: string, value: object): Promise<Readonly<Record<string, unknown>>> {
  const reply = await line.json(target, value);
  if (reply.status !== 200) throw new Error(`${target} answered ${reply.status}`);
  return JSON.parse(reply.body) as Record<string, unknown>;
}

/** RFC 4648 section 6, as the page shows it, in groups. */
function base32(text: string): Uint8Array {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text.replace(/[\s=]/g, '').toUpperCase()]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

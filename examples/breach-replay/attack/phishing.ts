// A phishing site on another origin that stands between a person and the gateway: it passes on what the person types,
// keeps the session for the thief, and asks the person's key for an assertion to pass on. What it gets from a key is
// signed for the site the person is at; the gateway finds that in the signed bytes, and nothing here looks.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, answerOffer, type Key, offered } from '../factor.ts';
import { createLine, type Line } from '../line.ts';

/** A phishing site that is up. */
export interface PhishingSite {
  readonly origin: URL;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Puts a phishing site up; `lineFor` is the thief's own connection to the gateway for a login. */
export async function openPhishingSite(lineFor: (login: string) => Line): Promise<PhishingSite> {
  const server: Server = createServer((request, response) => {
    relay(request, lineFor).then(
      (answer) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
      () => void response.writeHead(502).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    // Another host and another port than the gateway's: another origin and another domain.
    origin: new URL(`http://127.0.0.1:${port}`),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function relay(request: IncomingMessage, lineFor: (login: string) => Line): Promise<unknown> {
  const { login, code, challenge, response } = JSON.parse(await bodyOf(request)) as Record<string, unknown>;
  const line = lineFor(String(login));
  if (request.url === '/code') return (await line.json('/.palier/api/step-up/totp', { code })).status;
  if (request.url === '/offer') return offered(line);
  return (await answerOffer(line, challenge, response)).status;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Somebody who falls for it: types the code of the moment into the phishing site. True when the gateway took it. */
export async function typeCode(phish: PhishingSite, login: string, app: App, now: number): Promise<boolean> {
  return (await asked(phish, '/code', { login, code: app.code(now) })) === 200;
}

/** What the phishing site does with the assertion it gets. */
export type Forgery = 'as signed' | 'origin rewritten' | 'domain rewritten' | typeof signedForTheGateway;

/** No forgery: the key signs for the gateway, as it would for malware in its owner's browser. The control of the others. */
export const signedForTheGateway = 'signed for the gateway';

/** The forgeries, in the order they are tried. */
export const forgeries: readonly Forgery[] = ['as signed', 'origin rewritten', 'domain rewritten'];

/**
 * Somebody who touches the key at the phishing site, in a browser that answers any site for any domain: nothing but the
 * signature is left to protect. Answers the status with which the gateway judged it; undefined when it made no offer.
 */
export async function touchKey(
  phish: PhishingSite,
  login: string,
  key: Key,
  forgery: Forgery,
  gateway: URL,
): Promise<number | undefined> {
  key.authenticator.set({ browserChecksDomain: false });
  const offer = (await asked(phish, '/offer', { login })) as Awaited<ReturnType<typeof offered>>;
  if (offer === undefined) return undefined;
  const site = forgery === signedForTheGateway ? gateway : phish.origin;
  const signed = await key.authenticator.get(offer.options, site.origin);
  const response = forged(signed, forgery, phish.origin, gateway);
  return Number(await asked(phish, '/assertion', { login, challenge: offer.challenge, response }));
}

type Signed = Awaited<ReturnType<Key['authenticator']['get']>>;

function forged(signed: Signed, forgery: Forgery, phish: URL, gateway: URL): Signed {
  if (forgery === 'as signed' || forgery === signedForTheGateway) return signed;
  const text = Buffer.from(signed.response.clientDataJSON, 'base64url').toString('utf8');
  const [from, to] =
    forgery === 'origin rewritten' ? [phish.origin, gateway.origin] : [phish.hostname, gateway.hostname];
  const clientDataJSON = Buffer.from(text.replaceAll(from, to)).toString('base64url');
  return { ...signed, response: { ...signed.response, clientDataJSON } };
}

async function asked(phish: PhishingSite, target: string, value: object): Promise<unknown> {
  const line = createLine(phish.origin, {});
  try {
    const reply = await line.json(target, value);
    return reply.status === 200 ? (JSON.parse(reply.body) as unknown) : undefined;
  } finally {
    line.close();
  }
}

// A phishing site that asks for cards. The victim's browser makes a real handshake with it and shows its certificate; what
// the thief gets so he uses at the real listener, in every way we could think of. Nothing here decides that he fails.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type X509Certificate,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { askForCard, bringBack, type Card, show } from '../cards/card.ts';
import type { Line } from '../line.ts';

/** A phishing site that asks for cards. */
export interface CardPhishingSite {
  /** Where the victims are led. */
  readonly address: string;
  /** The certificate that the last visitor of an account showed; undefined before. */
  shownBy(login: string): X509Certificate | undefined;
  stop(): Promise<void>;
}

/** Puts the site up with a certificate of the thief's own; its visitors' browsers believe any. */
export async function openCardPhishingSite(own: Pick<Card, 'chain' | 'key'>): Promise<CardPhishingSite> {
  const shown = new Map<string, X509Certificate>();
  const server = createServer(
    { cert: own.chain, key: own.key, requestCert: true, rejectUnauthorized: false },
    ({ socket, url = '' }, response) => {
      const certificate = (socket as TLSSocket).getPeerX509Certificate();
      if (certificate !== undefined) shown.set(decodeURIComponent(url.slice(1)), certificate);
      response.writeHead(204, { connection: 'close' }).end();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `https://127.0.0.1:${port}`,
    shownBy: (login) => shown.get(login),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One try of a thief. */
export interface Try {
  readonly login: string;
  /** The thief's own browser, signed in with the password. */
  readonly thief: Line;
  /** The victim's, signed in at the real portal. */
  readonly victim: Line;
  /** The victim's card, which the victim shows to whoever asks; the thief never reads its key. */
  readonly card: Card;
  /** A card of hers whose key the thief has, and which was revoked. */
  readonly revoked: Card;
  readonly phish: CardPhishingSite;
  /** Opens an ear for a connection of the thief's beside his line. */
  readonly hear: () => (bytes: Uint8Array) => void;
}

/** A way to use what a phished card gives: words on how it ended, for the run to know that it took place. */
export type CardTrick = (one: Try) => Promise<string>;

/** All of them, by name, in the order they are tried. */
export const cardTricks: ReadonlyMap<string, CardTrick> = new Map<string, CardTrick>([
  ['the certificate with a key of his own', withOwnKey],
  ['the certificate in headers of a front', inHeaders],
  ['his own request, shown by the victim', relayed],
  ['an answer meant for the victim', takenAnswer],
  ['a revoked card with its key', withRevoked],
]);

/**
 * The certificate is public; its key is not. The thief's TLS is told that his key belongs to it, so that the handshake is
 * really made, and signed by the wrong key.
 */
async function withOwnKey({ login, thief, card, phish, hear }: Try): Promise<string> {
  await show(`${phish.address}/${login}`, { card });
  const certificate = phish.shownBy(login);
  const address = await askForCard(thief);
  if (certificate === undefined || address === undefined) return 'nothing to try';
  const key = passedOffAs(certificate.publicKey).export({ type: 'sec1', format: 'pem' }).toString();
  // The authorities between are public: anybody sends them along.
  const [, ...between] = card.chain.split(/(?=-----BEGIN)/);
  const chain = [certificate.toString(), ...between].join('');
  return show(address, { card: { chain, key }, hear: hear() }).then(
    async ({ location }) => (location === '' ? 'refused' : `back ${await bringBack(thief, location)}`),
    (error: NodeJS.ErrnoException) => `handshake: ${error.code}`,
  );
}

/** A key of the thief's own whose public half says it is somebody else's. */
function passedOffAs(theirs: KeyObject): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(-65);
  const der = privateKey.export({ type: 'sec1', format: 'der' });
  point(theirs).copy(der, der.indexOf(point(createPublicKey(privateKey))));
  return createPrivateKey({ key: der, format: 'der', type: 'sec1' });
}

/** Every header by which some front hands a certificate on, at both addresses. */
async function inHeaders({ login, thief, card, phish, hear }: Try): Promise<string> {
  await show(`${phish.address}/${login}`, { card });
  const certificate = phish.shownBy(login);
  const address = await askForCard(thief);
  if (certificate === undefined || address === undefined) return 'nothing to try';
  const der = certificate.raw.toString('base64');
  const headers = {
    'client-cert': `:${der}:`,
    'x-ssl-client-verify': 'SUCCESS',
    'x-ssl-client-cert': encodeURIComponent(certificate.toString()),
    'x-ssl-client-der': der,
    'x-forwarded-tls-client-cert': encodeURIComponent(der),
    'x-forwarded-client-cert': `Hash=${certificate.fingerprint256};Cert="${encodeURIComponent(certificate.toString())}"`,
  };
  const { status, location } = await show(address, { headers, hear: hear() });
  const { pathname, search } = new URL(address);
  await thief.send(`${pathname}${search}`, { headers });
  await thief.send('/.palier/step-up/card', { method: 'POST', headers });
  return location === '' ? `listener ${status}` : `back ${await bringBack(thief, location)}`;
}

/**
 * The phishing page sends the victim to the real listener with the thief's own request: her card is shown and taken. The
 * answer goes to her browser, and with it to her session. The thief redeems with all he knows, which is the request.
 */
async function relayed({ thief, victim, card, hear }: Try): Promise<string> {
  const address = await askForCard(thief);
  if (address === undefined) return 'nothing to try';
  const { status, location } = await show(address, { card, trust: card.trust });
  const hers = location === '' ? 0 : await bringBack(victim, location);
  const ask = new URL(address).searchParams.get('ask') ?? '';
  const { pathname } = location === '' ? { pathname: '/.palier/card/done' } : new URL(location);
  await thief.send(`${pathname}?shown=${encodeURIComponent(ask)}`, { headers: { accept: 'text/html' } });
  // Once more himself, without a card: the request is spent.
  const again = await show(address, { hear: hear() });
  return `shown ${status}, hers ${hers}, again ${again.status}`;
}

/** The victim's own gesture; the thief has the address she is sent back to before she follows it, and after. */
async function takenAnswer({ thief, victim, card }: Try): Promise<string> {
  const address = await askForCard(victim);
  if (address === undefined) return 'nothing to try';
  const { location } = await show(address, { card, trust: card.trust });
  if (location === '') return 'nothing to try';
  const before = await bringBack(thief, location);
  const hers = await bringBack(victim, location);
  const after = await bringBack(thief, location);
  return `before ${before}, hers ${hers < 400 ? 'taken' : hers}, after ${after}`;
}

async function withRevoked({ thief, revoked, hear }: Try): Promise<string> {
  const address = await askForCard(thief);
  if (address === undefined) return 'nothing to try';
  const { status, location } = await show(address, { card: revoked, trust: revoked.trust, hear: hear() });
  return location === '' ? `listener ${status}` : `back ${await bringBack(thief, location)}`;
}

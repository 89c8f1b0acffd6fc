// The TLS listener that asks for a certificate. One request a connection; no session of TLS is taken up again, by ticket
// or by number, so that every request has a handshake in which the card signed; no renegotiation. Requests for another
// host than its own, by Host or by SNI, get 421 (A217, A218).
import { constants, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificateSetting } from '../config/card-settings.ts';
import type { Config } from '../config/config.ts';
import type { TlsFiles } from '../config/listen-settings.ts';
import { canonicalise } from '../request/canonical.ts';
import type { CanonicalRequest } from '../request/request.ts';
import { namedLanguage, spokenLanguage } from '../respond/language.ts';
import type { Language } from '../respond/problems.ts';
import { html, page } from '../step-up/page.ts';
import { type CardDeskParts, meet, type Outcome, type Presented } from './desk.ts';
import { cardTexts } from './texts.ts';

/** What the listener needs of the configuration at work now. */
export interface CardFront {
  readonly setting: ClientCertificateSetting;
  readonly desk: CardDeskParts;
  /** The public origin of the portal. */
  readonly mainOrigin: string;
  readonly broken: (error: unknown) => void;
}

/** In the page itself: to fetch it, the browser would ask for the card once more. */
const style = readFileSync(new URL('../../assets/style.css', import.meta.url), 'utf8');
const styleHash = createHash('sha256').update(style).digest('base64');
const styleLink = '<link rel="stylesheet" href="/.palier/style.css">';

/** TLS as the operator's files say now. Throws when one cannot be read. */
export function cardContext(setting: ClientCertificateSetting, ownTls: TlsFiles | undefined): ServerOptions {
  const files = setting.tls ?? ownTls;
  if (files === undefined)
    throw new TypeError('config/contradictions.ts let a card listener without TLS through');
  const ca = [setting.ca, setting.intermediates].flatMap((path) =>
    path === undefined ? [] : [readFileSync(path)],
  );
  return {
    cert: readFileSync(files.cert),
    key: readFileSync(files.key),
    ca,
    requestCert: true,
    // Refused by us, with words: a browser shows a failed handshake as its own error, and the person learns nothing.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
}

/** Builds the listener; nothing listens yet. `front` is read at each request: a reload changes what it gives. */
export function createCardListener(
  front: () => CardFront,
  context: ServerOptions,
  limits: Config['limits'],
): Server {
  const server = createServer(
    {
      ...context,
      maxHeaderSize: 16_384,
      requireHostHeader: true,
      noDelay: true,
      headersTimeout: limits.headTime * 1000,
      requestTimeout: limits.headTime * 1000,
      handshakeTimeout: limits.headTime * 1000,
      connectionsCheckingInterval: 1000,
    },
    (incoming, response) => void serve(front(), presentedBy, incoming, response),
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = 1;
  return server;
}

/** What a listener knows of the client; `malformed` when the front that says so says it in no known form. */
export type Showing = (incoming: IncomingMessage) => Presented | 'malformed';

/** One request, wherever its handshake was. */
export async function serve(
  front: CardFront,
  showing: Showing,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.shouldKeepAlive = false;
  const request = canonicalise(incoming, {
    hosts: new Set([front.setting.origin.host]),
    cookiePrefix: '__Host-palier',
  });
  if ('status' in request) return plain(response, request.status);
  const { servername } = incoming.socket as TLSSocket & { readonly servername?: string | false };
  if (typeof servername === 'string' && servername.toLowerCase() !== front.setting.origin.hostname)
    return plain(response, 421);
  if (request.method !== 'GET') return plain(response, 405);
  if (request.path !== '/.palier/card') return plain(response, 404);
  const shown = showing(incoming);
  if (shown === 'malformed') return plain(response, 400);
  try {
    const text = new URLSearchParams(request.query ?? '').get('ask') ?? '';
    answer(front, request, await meet(front.desk, text, shown), response);
  } catch (error) {
    front.broken(error);
    response.setHeader('retry-after', '5');
    if (!response.headersSent) plain(response, 503);
  }
}

function presentedBy(incoming: IncomingMessage): Presented {
  const socket = incoming.socket as TLSSocket;
  const certificate = socket.getPeerX509Certificate();
  return {
    certificate: certificate === undefined ? undefined : new Uint8Array(certificate.raw),
    authorized: socket.authorized,
    resumed: socket.isSessionReused(),
  };
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
} as const;

function plain(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain' }).end('refused\n');
}

function answer(
  front: CardFront,
  request: CanonicalRequest,
  outcome: Outcome,
  response: ServerResponse,
): void {
  if (outcome.kind === 'shown') {
    const where = outcome.way === 'sign-in' ? 'signed-in' : 'done';
    const location = `${front.mainOrigin}/.palier/card/${where}?shown=${outcome.name}`;
    return void response.writeHead(303, { ...headers, location }).end();
  }
  const language = namedLanguage(request.query) ?? spokenLanguage((name) => request.headers.get(name));
  const status = outcome.problem === 'gone' ? 410 : outcome.problem === 'unknown' ? 503 : 403;
  response
    .writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8' })
    .end(problemPage(front, language, outcome));
}

function problemPage(
  front: CardFront,
  language: Language,
  { problem, resume }: Extract<Outcome, { readonly kind: 'problem' }>,
): string {
  const words = cardTexts[language];
  const back = `${front.mainOrigin}/.palier/step-up${resume === '' ? '' : `?resume=${encodeURIComponent(resume)}`}`;
  const body = html`<h1>${{ text: words.title }}</h1>
<p class="error" role="alert">${{ text: words.problems[problem] }}</p>
<p><a class="button" href="${{ text: back }}">${{ text: words.back }}</a></p>`;
  return page({ language, title: words.title, body }).replace(styleLink, () => `<style>${style}</style>`);
}

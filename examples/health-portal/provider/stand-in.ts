// A provider that stands for Pro Santé Connect on one machine, made with oidc-provider: discovery under another name than
// the standard's, people on another host (here: another port) than programs, mutual TLS for programs, an acr that does
// not tell a card from a phone. It knows nobody but the invented persons of persons.ts.

import { readFileSync } from 'node:fs';
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server as PlainServer,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type ClientMetadata, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { KeyFiles } from '../certificates.ts';
import { choicePage, means } from './pages.ts';
import { claimsOf, type ProviderPerson } from './persons.ts';

/** A client registered at the stand-in. */
export interface RegisteredClient {
  readonly id: string;
  /** Common name of its certificate, or a secret: one of both. */
  readonly certificate?: string;
  readonly secret?: string;
  readonly redirectUris: readonly string[];
  readonly afterSignOut?: readonly string[];
  readonly backChannel?: string;
}

export interface StandInOptions {
  readonly persons: readonly ProviderPerson[];
  readonly clients: readonly RegisteredClient[];
  readonly server: KeyFiles;
  /** Authorities of client certificates. */
  readonly clientCa: string;
  /** For tests: sees and may change what programs get, after the library made it. */
  readonly alter?: (path: string, body: unknown, keys: readonly JWK[]) => Promise<unknown>;
  /** People come over plain HTTP: browsers know no authority that signs for an afternoon. Only ever on this machine. */
  readonly plain?: boolean;
  /** Ports, 0 for free ones: for people, and for programs. */
  readonly ports?: { readonly people: number; readonly programs: number };
}

export interface StandIn {
  readonly issuer: string;
  /** Where people go. */
  readonly people: string;
  /** The keys it signs with, private halves included: a test may sign as it does. */
  readonly keys: readonly JWK[];
  close(): Promise<void>;
}

type Server = PlainServer | SecureServer;

const base = '/auth/realms/esante-wallet';
const scope = 'scope_all';

/** Starts both listeners. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const keys = [await signingKey('k1')];
  const handler: { current: RequestListener } = { current: (_request, response) => void response.end() };
  const tls = { cert: readFileSync(options.server.cert), key: readFileSync(options.server.key) };
  const listener: RequestListener = (request, response) => handler.current(request, response);
  const people = options.plain === true ? createPlainServer(listener) : createServer(tls, listener);
  const programs = createServer(
    // Who has no certificate may still read the metadata and the keys; the token endpoint asks for one.
    { ...tls, ca: readFileSync(options.clientCa), requestCert: true, rejectUnauthorized: false },
    listener,
  );
  const peoplePort = await listen(people, options.ports?.people ?? 0);
  const programsPort = await listen(programs, options.ports?.programs ?? 0);
  const issuer = `https://localhost:${programsPort}${base}`;
  const peopleOrigin = `${options.plain === true ? 'http' : 'https'}://localhost:${peoplePort}`;
  const provider = new Provider(issuer, configurationOf(options, keys));
  provider.use(altering(options, keys, peopleOrigin));
  const callback = provider.callback();
  handler.current = (request, response) => {
    interact(provider, options, request, response).then(
      (done) => done || mounted(callback, request, response),
      () => response.writeHead(400).end('this interaction is gone'),
    );
  };
  return {
    issuer,
    people: peopleOrigin,
    keys,
    close: async () => {
      await Promise.all([closeServer(people), closeServer(programs)]);
    },
  };
}

async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}

function configurationOf({ persons, clients }: StandInOptions, keys: readonly JWK[]): Configuration {
  const [first] = persons;
  return {
    jwks: { keys: [...keys] as never },
    clients: clients.map(metadataOf),
    scopes: ['openid', scope],
    claims: {
      openid: ['sub'],
      [scope]: first === undefined ? [] : Object.keys(claimsOf(first)),
      acr: null,
      amr: null,
      auth_time: null,
      sid: null,
    },
    acrValues: ['eidas1'],
    clientAuthMethods: ['client_secret_basic', 'tls_client_auth'],
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    routes: { authorization: '/auth', token: '/protocol/openid-connect/token' },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        getCertificate: (ctx) => peer(ctx)?.getPeerX509Certificate()?.toString(),
        certificateAuthorized: (ctx) => peer(ctx)?.authorized === true,
        certificateSubjectMatches: (ctx, _property, expected) =>
          peer(ctx)?.getPeerCertificate().subject?.CN === expected.replace(/^CN=/, ''),
      },
    },
    // The library calls no address of this very machine, and a stand-in has no others.
    fetch: (url, init) => fetch(url, { ...init, dispatcher: undefined } as RequestInit),
    interactions: { url: (_ctx, { uid }) => `${base}/choose/${uid}` },
    ttl: { Interaction: 600, Session: 4 * 3600, Grant: 4 * 3600, AccessToken: 120, IdToken: 600 },
    cookies: { keys: ['of an example'] },
    pkce: { required: () => false },
    findAccount: (_ctx, id) => {
      const person = persons.find((one) => one.id === id);
      return person && { accountId: id, claims: () => ({ sub: `f:essai:${id}`, ...claimsOf(person) }) };
    },
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      grant.addOIDCScope(`openid ${scope}`);
      grant.addOIDCClaims(['acr', 'amr', 'auth_time']);
      await grant.save();
      return grant;
    },
    renderError: (ctx, out) => {
      ctx.type = 'text';
      ctx.body = `${out.error}: ${out.error_description ?? ''}\n`;
    },
  };
}

function metadataOf(client: RegisteredClient): ClientMetadata {
  return {
    client_id: client.id,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...(client.afterSignOut ?? [])],
    ...(client.backChannel !== undefined && {
      backchannel_logout_uri: client.backChannel,
      backchannel_logout_session_required: true,
    }),
    ...(client.certificate === undefined
      ? { client_secret: client.secret ?? '' }
      : {
          token_endpoint_auth_method: 'tls_client_auth',
          tls_client_auth_subject_dn: `CN=${client.certificate}`,
        }),
  };
}

function peer(ctx: KoaContextWithOIDC): TLSSocket | undefined {
  const { socket } = ctx.req;
  return 'getPeerCertificate' in socket ? (socket as TLSSocket) : undefined;
}

/** The library's own bodies, changed: people are sent to the other port, and a test changes what it likes. */
function altering(
  { alter }: StandInOptions,
  keys: readonly JWK[],
  people: string,
): Parameters<Provider['use']>[0] {
  return async (ctx, next) => {
    await next();
    const { body } = ctx;
    if (ctx.path.startsWith('/.well-known/') && typeof body === 'object' && body !== null)
      ctx.body = { ...body, authorization_endpoint: `${people}${base}/auth` };
    if (alter !== undefined && isDocument(ctx.body)) ctx.body = await alter(ctx.path, ctx.body, keys);
  };
}

function isDocument(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !('pipe' in body) && !Buffer.isBuffer(body);
}

/** Shows and takes the one form of the stand-in; false when the request is none of it. */
async function interact(
  provider: Provider,
  { persons }: StandInOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (request.url?.startsWith(`${base}/choose/`) !== true) return false;
  if (request.method !== 'POST') {
    await provider.interactionDetails(request, response);
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(choicePage(request.url, persons));
    return true;
  }
  const fields = new URLSearchParams(await textOf(request));
  const [accountId = '', way = ''] = (fields.get('choice') ?? '').split('/');
  const amr = means[way]?.amr;
  const result =
    amr === undefined
      ? { error: 'access_denied', error_description: 'cancelled' }
      : { login: { accountId, acr: 'eidas1', amr: [...amr] } };
  await provider.interactionFinished(request, response, result);
  return true;
}

/** Below its path, as the state's provider is. The discovery document has another name there. */
function mounted(callback: RequestListener, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '';
  if (!url.startsWith(`${base}/`)) return void response.writeHead(404).end();
  const own = url.slice(base.length);
  if (own === '/.well-known/openid-configuration') return void response.writeHead(404).end();
  request.url = own.replace('/.well-known/wallet-openid-configuration', '/.well-known/openid-configuration');
  // From both the library reads below which path it is mounted.
  Object.assign(request, { originalUrl: `${base}${request.url}` });
  callback(request, response);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

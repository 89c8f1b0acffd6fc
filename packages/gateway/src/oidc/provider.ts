// One provider as a relying party sees it: where to send the person, and what the answer that comes back is worth. The
// protocol is openid-client's; here is what it leaves to its caller: pinned algorithms, the signature of the ID token
// verified although it came over TLS, keys that outlive an outage, and who is broken told apart from who is wrong.
import type { Clock } from '@palier/mfa-core';
import * as openid from 'openid-client';
import type { ProviderSetting } from '../config/oidc-settings.ts';
import { createKeySet, type KeySet } from '../identity/jwks.ts';
import { readMetadata } from './metadata.ts';
import { createCalls, type ProviderCalls, ProviderError } from './provider-fetch.ts';

/** What is asked of the provider beyond who it is. */
export interface Asked {
  readonly state: string;
  readonly nonce: string;
  /** The PKCE verifier; its digest is what is sent. */
  readonly verifier: string;
  /** acr values, any of which would do; empty: none is asked. */
  readonly acr: readonly string[];
  /** Whether a provider that cannot give one of them must refuse. */
  readonly essential: boolean;
  /** Longest age of the authentication, in seconds; 0 asks for a new one; undefined: none is asked. */
  readonly maxAge: number | undefined;
}

/** What comes back must have been asked for with these. */
export type Expected = Pick<Asked, 'state' | 'nonce' | 'verifier'>;

export type Claims = Readonly<Record<string, unknown>>;

export type Answer =
  | {
      readonly outcome: 'answered';
      /** Of the verified ID token: the only place acr, amr and auth_time are read from (A224). */
      readonly idToken: Claims;
      /** Those of userinfo beside the ID token's, which win. */
      readonly claims: Claims;
      /** The ID token itself, for the provider's sign-out. */
      readonly raw: string;
    }
  /** The provider says no: the person cancelled, or could not do what was asked. */
  | { readonly outcome: 'declined'; readonly error: string }
  /** Something in it is not as it must be. The reason is for the log and holds no value of the answer. */
  | { readonly outcome: 'invalid'; readonly reason: string };

export interface Provider {
  readonly setting: ProviderSetting;
  readonly redirectUri: string;
  /** Rejects with a ProviderError when the provider's metadata are not known. */
  address(asked: Asked): Promise<URL>;
  /** Redeems the code of a callback's query. Rejects with a ProviderError when the provider is down. */
  redeem(query: string, expected: Expected): Promise<Answer>;
  /** Where a sign-out goes on, if the provider has such a place. */
  signOutAddress(hint: string | undefined, back: string): Promise<URL | undefined>;
  /** For the tokens the provider sends by itself. */
  readonly keys: KeySet;
  close(): Promise<void>;
}

export interface ProviderParts {
  readonly setting: ProviderSetting;
  readonly origin: string;
  readonly clock: Clock;
}

export function createProvider(parts: ProviderParts): Provider {
  const { setting, origin, clock } = parts;
  const calls = createCalls(setting, clock);
  const redirectUri = `${origin}/.palier/oidc/${setting.name}/callback`;
  const metadata = async (): Promise<openid.ServerMetadata> =>
    readMetadata(await calls.kept(setting.discovery.href), setting);
  const configured = async (): Promise<openid.Configuration> =>
    configurationOf(parts, calls, await metadata());
  const readKeys = async (): Promise<Uint8Array> => calls.kept((await metadata()).jwks_uri ?? '');
  const hour = 3600 as KeySetTimes;
  const keys = createKeySet(
    readKeys,
    { algorithms: setting.algorithms, refresh: 60 as KeySetTimes, stale: (24 * hour) as KeySetTimes },
    clock,
  );
  return {
    setting,
    redirectUri,
    keys,
    address: async (asked) => addressOf(await configured(), setting, redirectUri, asked),
    redeem: async (query, expected) =>
      redeem(await configured(), setting, new URL(`${redirectUri}?${query}`), expected),
    signOutAddress: async (hint, back) => {
      const configuration = await configured();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
      return openid.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: back,
        client_id: setting.clientId,
        ...(hint !== undefined && { id_token_hint: hint }),
      });
    },
    close: calls.close,
  };
}

type KeySetTimes = Parameters<typeof createKeySet>[1]['refresh'];

/** Made anew for each ceremony: our clock is the one that counts, also where a test moves it. */
function configurationOf(
  { setting, clock }: ProviderParts,
  calls: ProviderCalls,
  metadata: openid.ServerMetadata,
): openid.Configuration {
  const { credential, clientId, tolerance } = setting;
  const configuration = new openid.Configuration(
    metadata,
    clientId,
    {
      [openid.clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
      [openid.clockTolerance]: tolerance,
      use_mtls_endpoint_aliases: credential.kind === 'certificate',
    },
    credential.kind === 'certificate'
      ? openid.TlsClientAuth()
      : openid.ClientSecretBasic(credential.secret.expose((bytes) => Buffer.from(bytes).toString('utf8'))),
  );
  openid.enableNonRepudiationChecks(configuration);
  // Places with http are on this machine: config and metadata.ts let no other through.
  openid.allowInsecureRequests(configuration);
  configuration[openid.customFetch] = async (url, init) => {
    if (url === metadata.jwks_uri)
      return new Response(Buffer.from(await calls.kept(url)), {
        headers: { 'content-type': 'application/json' },
      });
    const answer = await calls.fetch(url, init);
    if (answer.status >= 500) throw new ProviderError(`the provider answered ${answer.status}`);
    return answer;
  };
  return configuration;
}

/**
 * acr is asked for in both ways there are: `acr_values`, which a provider may ignore, and as an essential claim, which it
 * must satisfy or refuse. Neither is believed: the answer is judged (assurance.ts).
 */
async function addressOf(
  configuration: openid.Configuration,
  { scope }: ProviderSetting,
  redirectUri: string,
  { state, nonce, verifier, acr, essential, maxAge }: Asked,
): Promise<URL> {
  const judged = acr.length > 0;
  const idToken = { acr: { essential, values: acr }, auth_time: { essential: true }, amr: null };
  return openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: scope.join(' '),
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(judged && { acr_values: acr.join(' '), claims: JSON.stringify({ id_token: idToken }) }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
    // Without it some providers answer from their own session and let auth_time tell; we would have to refuse that.
    ...(maxAge === 0 && { prompt: 'login' }),
  });
}

async function redeem(
  configuration: openid.Configuration,
  setting: ProviderSetting,
  callback: URL,
  { state, nonce, verifier }: Expected,
): Promise<Answer> {
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims();
    if (idToken === undefined || tokens.id_token === undefined)
      return { outcome: 'invalid', reason: 'no-id-token' };
    const more = setting.userinfo
      ? await openid.fetchUserInfo(configuration, tokens.access_token, idToken.sub)
      : {};
    return { outcome: 'answered', idToken, claims: { ...more, ...idToken }, raw: tokens.id_token };
  } catch (error) {
    return judged(error);
  }
}

/** Who does not answer is broken; who answers wrongly is refused. */
function judged(error: unknown): Answer {
  const broken = brokenIn(error);
  if (broken !== undefined) throw broken;
  if (error instanceof openid.AuthorizationResponseError)
    return { outcome: 'declined', error: plain(error.error) };
  if (error instanceof openid.ResponseBodyError)
    return { outcome: 'invalid', reason: `token-endpoint:${plain(error.error)}` };
  if (error instanceof openid.ClientError && error.code !== undefined && isNoAnswer.has(error.code))
    throw new ProviderError('the provider answered with a page', { cause: error });
  if (error instanceof openid.ClientError)
    return { outcome: 'invalid', reason: plain(error.code ?? 'answer') };
  if (error instanceof openid.WWWAuthenticateChallengeError)
    return { outcome: 'invalid', reason: 'userinfo-refused' };
  throw error;
}

/** Another program than the endpoint answered. */
const isNoAnswer: ReadonlySet<string> = new Set([
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
]);

function brokenIn(error: unknown): ProviderError | undefined {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof ProviderError) return one;
  return undefined;
}

/** An error code as the standards spell them; anything else in its place stays out of the log. */
function plain(code: string): string {
  return /^[A-Za-z_]{1,60}$/.test(code) ? code : 'unnamed';
}

// What a provider says of itself (OpenID Connect Discovery), believed only as far as the configuration goes: its issuer
// must be the one configured, and its endpoints must be places a secret may be sent to.
import type { ServerMetadata } from 'openid-client';
import type { ProviderSetting } from '../config/oidc-settings.ts';
import { type JsonValue, parseStrictJson } from '../request/strict-json.ts';
import { ProviderError } from './provider-fetch.ts';

const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;
const optional = ['userinfo_endpoint', 'end_session_endpoint'] as const;

/** Reads a discovery document; what is missing, foreign or unsafe in it is a ProviderError. */
export function readMetadata(bytes: Uint8Array, setting: ProviderSetting): ServerMetadata {
  const json = parseStrictJson(bytes, { depth: 8, members: 2000 });
  if ('refused' in json || json.kind !== 'object')
    throw new ProviderError('the discovery document is not sound JSON');
  const { members } = json;
  if (textOf(members.get('issuer')) !== setting.issuer)
    throw new ProviderError('the discovery document is of another issuer');
  const aliases = aliasesOf(members.get('mtls_endpoint_aliases'));
  return {
    issuer: setting.issuer,
    ...endpoints(members, needed, true),
    ...endpoints(members, optional, false),
    // Only what is configured is looked for; a provider that offers more is not asked for it (HS256, none).
    id_token_signing_alg_values_supported: [...setting.algorithms],
    authorization_response_iss_parameter_supported:
      flag(members.get('authorization_response_iss_parameter_supported')) ?? false,
    ...(aliases !== undefined && { mtls_endpoint_aliases: aliases }),
  };
}

type Members = ReadonlyMap<string, JsonValue>;

function endpoints(
  members: Members,
  names: readonly string[],
  required: boolean,
): Readonly<Record<string, string>> {
  const found = names.flatMap((name) => {
    const text = textOf(members.get(name));
    if (text === undefined && !required) return [];
    if (text === undefined || !isSafe(text))
      throw new ProviderError(`the discovery document has no sound ${name}`);
    return [[name, text] as const];
  });
  return Object.fromEntries(found);
}

/** RFC 8705 section 5: where a client with a certificate goes instead. */
function aliasesOf(value: JsonValue | undefined): Readonly<Record<string, string>> | undefined {
  if (value?.kind !== 'object') return undefined;
  return endpoints(value.members, ['token_endpoint', 'userinfo_endpoint'], false);
}

function isSafe(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value?.kind === 'string' ? value.text : undefined;
}

function flag(value: JsonValue | undefined): boolean | undefined {
  return value?.kind === 'boolean' ? value.value : undefined;
}

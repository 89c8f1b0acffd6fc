// Looks at what a browser sent before the library does: strings of base64url of bounded size, and client data that is
// one clean JSON object. What passes here may still be false; what does not pass never reaches a parser.

export interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
}

export interface CredentialShape {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly binaries: Readonly<Record<string, string>>;
  readonly transports: readonly string[];
}

const limit = 64 * 1024;
const base64url = /^[A-Za-z0-9_-]+$/;

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= limit && base64url.test(value) ? value : undefined;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

/**
 * Reads a PublicKeyCredential in JSON form. `id` and `rawId` must be one text (the library does not compare them), and
 * every name in `required` must be base64url; `userHandle` may be absent.
 */
export function readCredential(value: unknown, required: readonly string[]): CredentialShape | undefined {
  const credential = objectOf(value);
  const response = objectOf(credential?.['response']);
  const id = textOf(credential?.['id']);
  if (credential === undefined || response === undefined || id === undefined || id.length > 1400) return undefined;
  if (credential['rawId'] !== id || credential['type'] !== 'public-key') return undefined;
  const clientDataJSON = textOf(response['clientDataJSON']);
  const binaries = required.map((name): readonly [string, string | undefined] => [name, textOf(response[name])]);
  if (clientDataJSON === undefined || binaries.some(([, text]) => text === undefined)) return undefined;
  const handle = response['userHandle'];
  if (handle !== undefined && handle !== null && textOf(handle) === undefined) return undefined;
  const optional = typeof handle === 'string' ? [['userHandle', handle] as const] : [];
  return { id, clientDataJSON, binaries: Object.fromEntries([...binaries, ...optional] as (readonly [string, string])[]), transports: transportsOf(response['transports']) };
}

const knownTransports = new Set(['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal', 'cable']);

function transportsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && knownTransports.has(one)).slice(0, 8) : [];
}

/**
 * Client data as WebAuthn L3 section 5.8.1 has it: UTF-8 without a byte order mark, no key twice (A169), and made in no
 * other site's frame: a `crossOrigin: true` or any `topOrigin` is refused (A175).
 */
export function readClientData(encoded: string): ClientData | undefined {
  const bytes = Buffer.from(encoded, 'base64url');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const data = objectOf(JSON.parse(text));
    if (data === undefined || !namesOnce(text, Object.keys(data))) return undefined;
    const { type, challenge, origin, crossOrigin, topOrigin } = data;
    const framed = (crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined;
    if (framed || typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') return undefined;
    return { type, challenge, origin };
  } catch {
    return undefined;
  }
}

/** JSON.parse keeps the last of two equal keys silently; serialising what it read gives fewer members than were written. */
function namesOnce(text: string, names: readonly string[]): boolean {
  return names.every((name) => text.split(`${JSON.stringify(name)}:`).length === 2) && !text.includes('\\u');
}

// Looks at what a browser sent before any parser does: strings of canonical base64url, bounded in number and size.
// What passes may still be false; what does not pass never reaches the library. JSON form: WebAuthn L3 section 5.1.
export interface CredentialJson {
  /** `id` and `rawId`, which must be one text. */
  readonly id: string;
  readonly clientDataJSON: string;
  /** The fields asked for, and `userHandle` where one was sent. */
  readonly fields: Readonly<Record<string, string>>;
  readonly transports: readonly string[];
}

/** All strings of one answer together. A long credential id, a certificate chain and client data stay far below. */
const mostCharacters = 64 * 1024;

/** 1023 bytes, the longest credential id (WebAuthn L3 section 4), as base64url. */
const longestId = 1364;

const alphabet = /^[A-Za-z0-9_-]+$/;
const transportNames: ReadonlySet<unknown> = new Set([
  'ble',
  'cable',
  'hybrid',
  'internal',
  'nfc',
  'smart-card',
  'usb',
]);

/**
 * Reads a PublicKeyCredential with the `required` fields of its response. Undefined for anything else: numbers and
 * arrays in place of strings, padding, the alphabet with + and /, stray bits in the last character (A169), `id` that
 * is not `rawId` (A172), more than 64 KiB (A179).
 */
export function readCredential(value: unknown, required: readonly string[]): CredentialJson | undefined {
  const credential = recordOf(value);
  const response = recordOf(credential?.['response']);
  const id = credential?.['id'];
  if (response === undefined || !isId(id)) return undefined;
  if (credential?.['rawId'] !== id || credential['type'] !== 'public-key') return undefined;
  const texts = fieldsOf(response, [...required, 'clientDataJSON']);
  const { clientDataJSON, ...fields } = texts ?? {};
  if (clientDataJSON === undefined) return undefined;
  return { id, clientDataJSON, fields, transports: transportsOf(response['transports']) };
}

function fieldsOf(
  response: Readonly<Record<string, unknown>>,
  required: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const fields: Record<string, string> = {};
  // An authenticator that keeps no user handle answers null or leaves it out (WebAuthn L3 section 6.3.3).
  const names = response['userHandle'] == null ? required : [...required, 'userHandle'];
  let left = mostCharacters;
  for (const name of names) {
    const text = response[name];
    if (typeof text !== 'string' || text.length > left || !isBase64url(text)) return undefined;
    left -= text.length;
    fields[name] = text;
  }
  return fields;
}

/** Canonical, unpadded base64url of at least one byte: one byte string has one text. */
export function isBase64url(text: string): boolean {
  if (!alphabet.test(text) || text.length % 4 === 1) return false;
  const tail = text.slice(text.length - (text.length % 4));
  return Buffer.from(tail, 'base64url').toString('base64url') === tail;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestId && isBase64url(value);
}

/** What the browser says about the way to the authenticator: kept as a hint for the next ceremony, known words only. */
function transportsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const known = value.slice(0, 16).filter((one): one is string => transportNames.has(one));
  return [...new Set(known)];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

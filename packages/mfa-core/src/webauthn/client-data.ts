// Client data: what the browser says it was asked, by whom and where (WebAuthn L3 section 5.8.1). Read as strictly as
// JSON can be read, because the library reads it again with JSON.parse and both must have read the same.
export interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  /** True when another site's frame was involved: `crossOrigin` is not false, or there is a `topOrigin`. */
  readonly framed: boolean;
}

/** A byte order mark stays in the text, where JSON.parse refuses it; bytes that are not UTF-8 throw. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strings and the three marks that make a name a name. Complete on texts JSON.parse has accepted. */
const marks = /"(?:[^"\\]|\\.)*"|[{}:]/g;

/** Undefined for what is not one clean JSON object with the three strings, also for a name given twice (A169). */
export function readClientData(encoded: string): ClientData | undefined {
  try {
    const text = utf8.decode(Buffer.from(encoded, 'base64url'));
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null || Array.isArray(read) || repeatsName(text))
      return undefined;
    const { type, challenge, origin, crossOrigin, topOrigin } = read as Readonly<Record<string, unknown>>;
    if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string')
      return undefined;
    const framed = (crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined;
    return { type, challenge, origin, framed };
  } catch {
    return undefined;
  }
}

/** What both ceremonies ask of client data: this type, this challenge, one of these origins byte for byte, no frame. */
export function answers(
  client: ClientData,
  asked: { readonly type: string; readonly challenge: string; readonly origins: readonly string[] },
): boolean {
  // The library takes `crossOrigin: true` when there is no `topOrigin`, and looks at neither at registration (A175).
  if (client.framed) return false;
  return (
    client.type === asked.type &&
    client.challenge === asked.challenge &&
    asked.origins.includes(client.origin)
  );
}

/** Whether any object of a valid JSON text has a name twice. Names are compared as read: `a` and `\u0061` are one. */
function repeatsName(json: string): boolean {
  const open: Set<unknown>[] = [];
  let last = '""';
  for (const [mark] of json.matchAll(marks)) {
    if (mark === '{') open.push(new Set());
    else if (mark === '}') open.pop();
    else if (mark !== ':') last = mark;
    else {
      const names = open.at(-1);
      const name: unknown = JSON.parse(last);
      if (names === undefined || names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}

// Reads single cookies by name from a Cookie header (RFC 6265 section 5.4), without making sense of the rest: the
// portal's cookies are its own. Scans by hand: this runs for every request.

/** The value; `duplicate` when the name occurs twice, since gateway and portal might pick different ones (A208). */
export function cookieValue(header: string | undefined, name: string): string | undefined | 'duplicate' {
  if (header === undefined) return undefined;
  let value: string | undefined;
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + name.length)) {
    if (!isNameAt(header, at, name.length)) continue;
    if (value !== undefined) return 'duplicate';
    value = valueAfter(header, at + name.length);
  }
  return value;
}

/** A cookie the portal reads too: `duplicate` also where it may take another one for it. */
export function portalCookie(header: string | undefined, name: string): ReturnType<typeof cookieValue> {
  return hasAlias(header, name) ? 'duplicate' : cookieValue(header, name);
}

/**
 * Whether a lenient reader may find this cookie a second time under another spelling of its name, or inside of another
 * cookie: in another case (ASP), as `portal.sid` or `portal[sid` for `portal_sid`, with escapes (PHP), behind a comma or a
 * quote (RFC 2109). Such a portal would know somebody by it whom the gateway does not see (A208).
 */
function hasAlias(header: string | undefined, name: string): boolean {
  if (header === undefined) return false;
  let found = 0;
  for (let at = 0; at < header.length && found < 2; at = nextStart(header, at)) {
    const end = header.indexOf('=', at);
    if (end === -1) break;
    // A longer one is another name, whatever its escapes stand for: three letters make one at most.
    if (end - at <= 3 * name.length + 8 && folded(header.slice(at, end)) === folded(name)) found += 1;
  }
  return found > 1;
}

/** Behind the next character at which some reader begins a cookie. */
function nextStart(header: string, from: number): number {
  for (let at = from; at < header.length; at += 1) {
    const code = header.charCodeAt(at);
    if (code === 0x3b || code === 0x2c || code === 0x22) return at + 1;
  }
  return header.length;
}

function folded(name: string): string {
  const bare = name.trim();
  return (bare.includes('%') ? bare.replace(/%([0-9a-f]{2})/gi, unescaped) : bare)
    .toLowerCase()
    .replace(/[ .+[]/g, '_');
}

function unescaped(_escape: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** Whether the text found is a whole cookie name: after the start or a `;`, before an `=`, blanks apart. */
function isNameAt(header: string, at: number, length: number): boolean {
  let before = at - 1;
  while (before >= 0 && isBlank(header.charCodeAt(before))) before -= 1;
  let behind = at + length;
  while (isBlank(header.charCodeAt(behind))) behind += 1;
  return (before < 0 || header[before] === ';') && header[behind] === '=';
}

function valueAfter(header: string, at: number): string {
  const end = header.indexOf(';', at);
  return header.slice(header.indexOf('=', at) + 1, end === -1 ? undefined : end).trim();
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Every cookie whose name begins with `prefix`, as [name, value]. */
export function cookiesWithPrefix(
  header: string | undefined,
  prefix: string,
): readonly (readonly [string, string])[] {
  if (header === undefined || !header.includes(prefix)) return [];
  return header.split(';').flatMap((pair) => {
    const name = nameOf(pair);
    return name.startsWith(prefix) ? [[name, pair.slice(pair.indexOf('=') + 1).trim()] as const] : [];
  });
}

function nameOf(pair: string): string {
  const mark = pair.indexOf('=');
  return mark === -1 ? '' : pair.slice(0, mark).trim();
}

/**
 * The header without the cookies in which `prefix` occurs, in any case and anywhere: nameless ones (`=__Host-...`) come
 * back as ours from some browsers, and readers that end a cookie at a comma or a quote would find ours inside of another
 * (A079). Undefined when nothing is left.
 */
export function withoutCookies(header: string, prefix: string): string | undefined {
  const folded = prefix.toLowerCase();
  if (!header.toLowerCase().includes(folded)) return header;
  const kept = header.split(';').filter((pair) => !pair.toLowerCase().includes(folded));
  const text = kept.join(';').trim();
  return text === '' ? undefined : text;
}

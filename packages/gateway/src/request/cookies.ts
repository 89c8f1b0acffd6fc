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
  // Almost every header: then a cookie begins behind a `;` and nowhere else, and that is found ten times as fast.
  const isPlain = !header.includes(',') && !header.includes('"');
  let found = 0;
  for (let at = 0; at < header.length; at = nextStart(header, at, isPlain)) {
    while (isBlank(header.charCodeAt(at))) at += 1;
    if (isLike(header, at, name)) found += 1;
  }
  return found > 1;
}

function nextStart(header: string, from: number, isPlain: boolean): number {
  if (isPlain) {
    const end = header.indexOf(';', from);
    return end === -1 ? header.length : end + 1;
  }
  for (let at = from; at < header.length; at += 1) {
    const code = header.charCodeAt(at);
    if (code === 0x3b || code === 0x2c || code === 0x22) return at + 1;
  }
  return header.length;
}

/** Whether the name that begins here is this one to some reader. */
function isLike(header: string, from: number, name: string): boolean {
  let at = from;
  for (let place = 0; place < name.length; place += 1) {
    const code = header.charCodeAt(at);
    const isEscape = code === 0x25;
    const meant = isEscape ? Number.parseInt(header.slice(at + 1, at + 3), 16) : code;
    if (folded(meant) !== folded(name.charCodeAt(place))) return false;
    at += isEscape ? 3 : 1;
  }
  while (isBlank(header.charCodeAt(at))) at += 1;
  return header.charCodeAt(at) === 0x3d;
}

/** Upper case as lower case; what PHP writes `_` for as `_`. */
function folded(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code | 0x20;
  return code === 0x20 || code === 0x2e || code === 0x2b || code === 0x5b ? 0x5f : code;
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
  const [all, own] = [header.toLowerCase(), prefix.toLowerCase()];
  if (!all.includes(own)) return header;
  let kept: string | undefined;
  // Looked for again only once it is passed: anew for every pair, one header of empty pairs would hold a core for 28 ms.
  let found = all.indexOf(own);
  for (let at = 0, end = 0; at <= header.length; at = end + 1) {
    const mark = header.indexOf(';', at);
    end = mark === -1 ? header.length : mark;
    if (found !== -1 && found < at) found = all.indexOf(own, at);
    if (found !== -1 && found < end) continue;
    kept = kept === undefined ? header.slice(at, end) : `${kept};${header.slice(at, end)}`;
  }
  return kept?.trim() || undefined;
}

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

// Reads one cookie by name from a Cookie header, without making sense of the rest: the portal's cookies are its own.

/** The value; `duplicate` when the name occurs twice, since gateway and portal might pick different ones (A208). */
export function cookieValue(header: string | undefined, name: string): string | undefined | 'duplicate' {
  if (header === undefined || !header.includes(name)) return undefined;
  const values = header.split(';').flatMap((pair) => {
    const mark = pair.indexOf('=');
    return mark !== -1 && pair.slice(0, mark).trim() === name ? [pair.slice(mark + 1).trim()] : [];
  });
  return values.length > 1 ? 'duplicate' : values[0];
}

/** Every cookie whose name begins with `prefix`, as [name, value]. */
export function cookiesWithPrefix(header: string | undefined, prefix: string): readonly (readonly [string, string])[] {
  if (header === undefined || !header.includes(prefix)) return [];
  return header.split(';').flatMap((pair) => {
    const mark = pair.indexOf('=');
    const name = mark === -1 ? '' : pair.slice(0, mark).trim();
    return name.startsWith(prefix) ? [[name, pair.slice(mark + 1).trim()] as const] : [];
  });
}

/** The header without the cookies whose name begins with `prefix`; undefined when nothing is left. */
export function withoutCookies(header: string, prefix: string): string | undefined {
  if (!header.includes(prefix)) return header;
  const kept = header.split(';').filter((pair) => !pair.trim().startsWith(prefix));
  const text = kept.join(';').trim();
  return text === '' ? undefined : text;
}

// URLs and origins of a configuration as they are read, and what was meant by one that cannot be.

/** A URL of one of the protocols, without a password. */
export function parseUrl(given: string, protocols: readonly string[]): URL | undefined {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url !== undefined && protocols.includes(url.protocol) && url.username === '' && url.password === ''
    ? url
    : undefined;
}

/** Scheme, host and port with nothing after them. A star is a letter of a host to URL, and of no host there is. */
export function parseOrigin(given: string): URL | undefined {
  const url = parseUrl(given, ['https:', 'http:']);
  const whole = url !== undefined && (given === url.origin || given === `${url.origin}/`);
  return whole && !url.hostname.includes('*') ? url : undefined;
}

/** Where secrets and identities come from: https, or http on this machine. */
export function parseSecureUrl(given: string): URL | undefined {
  const url = parseUrl(given, ['https:', 'http:']);
  const own = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  return url?.protocol === 'https:' || own ? url : undefined;
}

/**
 * An origin whose pages are believed. Over http whoever sits on the way is that origin: he answers in its name, and every
 * browser then says so.
 */
export function parsePageOrigin(given: string): string | undefined {
  return parseSecureUrl(given) === undefined ? undefined : parseOrigin(given)?.origin;
}

/** How to write the origin that was meant; undefined where nobody can tell. */
export function pageOriginMeant(given: string): string | undefined {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`);
  if (url === null || url.hostname === '') return undefined;
  if (url.hostname.includes('*'))
    return `write each origin by itself, for example https://${plain(url.host)}`;
  const meant = parsePageOrigin(url.origin) ?? `https://${url.host}`;
  return parsePageOrigin(meant) === undefined ? undefined : `write ${meant}`;
}

function plain(host: string): string {
  return host
    .split('.')
    .map((label) => (label.includes('*') ? 'www' : label))
    .join('.');
}

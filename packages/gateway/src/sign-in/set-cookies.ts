// What an answer of the portal does to the browser's cookies, as far as the gateway must know: which are set anew, which
// are cleared. Browsers keep the last of two lines with one name, other readers the first: such a pair says nothing.
import type { Exchange } from '../proxy/exchange.ts';

export type SetCookie =
  | { readonly kind: 'set'; readonly value: string }
  | { readonly kind: 'cleared' }
  | { readonly kind: 'twice' };

/** By name, in the spelling of the portal. */
export function setCookiesOf(
  { headers }: Pick<Exchange, 'headers'>,
  now: number,
): ReadonlyMap<string, SetCookie> {
  const found = new Map<string, SetCookie>();
  for (const [name, line] of headers) {
    if (name.length !== 10 || name.toLowerCase() !== 'set-cookie') continue;
    const [pair = '', ...attributes] = line.split(';');
    const mark = pair.indexOf('=');
    if (mark === -1) continue;
    const cookie = pair.slice(0, mark).trim();
    const value = pair.slice(mark + 1).trim();
    const gone = value === '' || attributes.some((attribute) => isOver(attribute, now));
    found.set(
      cookie,
      found.has(cookie) ? { kind: 'twice' } : gone ? { kind: 'cleared' } : { kind: 'set', value },
    );
  }
  return found;
}

function isOver(attribute: string, now: number): boolean {
  const [name = '', value = ''] = attribute.split(/=(.*)/s).map((part) => part.trim());
  if (/^max-age$/i.test(name)) return /^(?:0+|-[0-9]+)$/.test(value);
  return /^expires$/i.test(name) && Date.parse(value) <= now;
}

/** The Cookie header a browser would send after such an answer. */
export function cookieHeaderAfter(
  before: string | undefined,
  set: ReadonlyMap<string, SetCookie>,
): string | undefined {
  const kept = (before ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !set.has(pair.slice(0, Math.max(0, pair.indexOf('='))).trim()));
  const fresh = [...set].flatMap(([name, one]) => (one.kind === 'set' ? [`${name}=${one.value}`] : []));
  const pairs = [...kept, ...fresh];
  return pairs.length === 0 ? undefined : pairs.join('; ');
}

// The small texts of a configuration, each with the sentence that explains it and one example: the sentence becomes the
// fix of a problem and the description in the editor. Texts are turned into values here and nowhere else.
import { type Seconds, secondsOf } from '@palier/mfa-core';
import { z } from 'zod';
import { parseNetwork } from '../policy/network.ts';
import { parsePattern } from '../policy/pattern.ts';
import { isSelector } from '../request/html.ts';
import { parseTarget } from '../request/target.ts';
import type { ListenAddress } from './listen-settings.ts';
import { pageOriginMeant, parseOrigin, parsePageOrigin, parseSecureUrl, parseUrl } from './urls.ts';

type Text<Value> = z.ZodType<Value, string>;

/**
 * A text with its meaning: `read` answers undefined for what is not one, `why` can say more than that, and `fix` what was
 * meant.
 */
function text<Value>(
  description: string,
  example: string,
  read: (text: string) => Value | undefined,
  why?: (text: string) => string,
  fix?: (text: string) => string | undefined,
): Text<Value> {
  return z
    .string()
    .meta({ description, examples: [example] })
    .transform((given, context) => {
      const value = read(given);
      if (value !== undefined) return value;
      const reason = why === undefined ? '' : `: ${why(given)}`;
      const message = `is not ${description}${reason}`;
      context.issues.push({ code: 'custom', input: given, message, params: { fix: fix?.(given) } });
      return z.NEVER;
    });
}

const durationUnits: ReadonlyMap<string, number> = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** `12h`, `15m`, `30s`, `500ms`, `7d`; one number, one unit, no fraction. */
export function parseDuration(given: string): Seconds | undefined {
  const [, number = '', unit = ''] = /^(0|[1-9][0-9]{0,6})(ms|s|m|h|d)$/.exec(given) ?? [];
  const factor = durationUnits.get(unit);
  return factor === undefined ? undefined : secondsOf(Number(number) * factor);
}

const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

/** Bytes of `64KiB`, `10MiB`, `512B`. */
export function parseSize(given: string): number | undefined {
  const [, number = '', unit = ''] = /^([1-9][0-9]{0,5})(B|KiB|MiB|GiB)$/.exec(given) ?? [];
  const factor = sizeUnits.get(unit);
  return factor === undefined ? undefined : Number(number) * factor;
}

/** `127.0.0.1:8080` or `[::1]:8080`; the address is always written, so that nobody listens to the world by omission. */
export function parseListen(given: string): ListenAddress | undefined {
  const [, six, four, port = ''] =
    /^(?:\[([0-9a-f:.]+)\]|([0-9.]+|localhost)):(0|[1-9][0-9]{0,4})$/.exec(given) ?? [];
  const host = six ?? four ?? '';
  const known = host === 'localhost' || host === '::' || host === '0.0.0.0' || isAddress(host);
  return known && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}

function isAddress(host: string): boolean {
  return !host.includes('/') && !('refused' in parseNetwork(host));
}

function parsePath(given: string): string | undefined {
  const target = parseTarget(given);
  return 'refused' in target || target.query !== undefined ? undefined : given;
}

function parsePointer(given: string): string | undefined {
  return /^(\/([^~/]|~[01])*)*$/.test(given) ? given : undefined;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const matching =
  (pattern: RegExp) =>
  (given: string): string | undefined =>
    pattern.test(given) ? given : undefined;

export const duration: Text<Seconds> = text(
  'a duration with its unit (ms, s, m, h or d)',
  '12h',
  parseDuration,
);
export const size: Text<number> = text('a size with its unit (B, KiB, MiB or GiB)', '64KiB', parseSize);
export const listenAddress: Text<ListenAddress> = text(
  'an address and a port',
  '127.0.0.1:8080',
  parseListen,
);
export const origin: Text<URL> = text(
  'an origin: scheme, host and port, with no path',
  'https://portail.example',
  parseOrigin,
);
export const pageOrigin: Text<string> = text(
  'an origin of pages: https (http on this machine only), host and port, with no path and no *',
  'https://logiciel.example',
  parsePageOrigin,
  undefined,
  pageOriginMeant,
);
export const httpUrl: Text<URL> = text(
  'an http or https URL without a password',
  'https://sso.example/',
  (given) => parseUrl(given, ['https:', 'http:']),
);
export const secureUrl: Text<URL> = text(
  'an https URL (http on this machine only)',
  'https://sso.example/realms/health/.well-known/openid-configuration',
  parseSecureUrl,
);
export const issuer: Text<string> = text(
  'the issuer of an identity provider exactly as its tokens name it: an https URL without query and fragment',
  'https://sso.example/realms/health',
  (given) => (parseSecureUrl(given) !== undefined && !/[?#]/.test(given) ? given : undefined),
);
export const smtpUrl: Text<URL> = text(
  'an smtp or smtps URL without a password',
  'smtps://mail.portail.example:465',
  (given) => parseUrl(given, ['smtp:', 'smtps:']),
);
export const syslogUrl: Text<URL> = text('a udp or tcp URL', 'udp://127.0.0.1:514', (given) =>
  parseUrl(given, ['udp:', 'tcp:']),
);
export const path: Text<string> = text('a canonical path without query', '/api/me', parsePath);
export const jsonPointer: Text<string> = text('a JSON pointer (RFC 6901)', '/account/login', parsePointer);
export const network: Text<string> = text(
  'an IP network in canonical CIDR form',
  '10.20.0.0/16',
  (given) => ('refused' in parseNetwork(given) ? undefined : given),
  (given) => {
    const read = parseNetwork(given);
    return 'refused' in read ? read.refused.replaceAll('-', ' ') : '';
  },
);
export const routePattern: Text<string> = text(
  'a route pattern',
  'GET /patients/{nir}/droits',
  (given) => ('problem' in parsePattern(given) ? undefined : given),
  (given) => {
    const pattern = parsePattern(given);
    return 'problem' in pattern ? pattern.problem : '';
  },
);
export const headerName: Text<string> = text(
  'a header name of letters, digits and dashes',
  'X-Request-Id',
  matching(/^[A-Za-z][A-Za-z0-9-]{0,63}$/),
);
export const cookieName: Text<string> = text('a cookie name', 'PORTALSID', matching(token));
export const selector: Text<string> = text('a CSS selector', '#account[data-login]', (given) =>
  /^[^\p{C}]{1,200}$/u.test(given) && isSelector(given) ? given : undefined,
);
export const tokenType: Text<string> = text(
  'a value of the typ header of a token, or absent for tokens without one',
  'at+jwt',
  (given) => (/^[A-Za-z0-9!#$&^_.+-]{1,60}$/.test(given) ? given.toLowerCase() : undefined),
);
export const mediaType: Text<string> = text(
  'a media type in lower case without parameters',
  'application/json',
  matching(/^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,60}$/),
);
export const word: Text<string> = text(
  'a short name of lower-case letters, digits and dashes',
  'pharmacy',
  matching(/^[a-z][a-z0-9-]{0,39}$/),
);
export const host: Text<string> = text(
  'a host, lower case, with its port when it is not the usual one',
  'www.portail.example',
  matching(/^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?$/),
);
export const timeOfDay: Text<string> = text(
  'a time of day',
  '07:30',
  matching(/^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/),
);
export const timeZone: Text<string> = text('a time zone', 'Europe/Paris', (given) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone === ''
      ? undefined
      : given;
  } catch {
    return undefined;
  }
});
export const filePath: Text<string> = text(
  'the path of a file',
  'palier-keys.json',
  matching(/^[^\0]{1,1000}$/),
);
export const plain: Text<string> = text(
  'a text of 1 to 200 characters',
  'Portail',
  matching(/^[^\p{C}]{1,200}$/u),
);
export const storeAddress: Text<string> = text(
  'a store: memory, sqlite:<path>, postgres://... or redis://... without a password',
  'sqlite:palier.db',
  (given) =>
    given === 'memory' || /^sqlite:[^\0]{1,1000}$/.test(given) || isDatabaseUrl(given) ? given : undefined,
);

/** With a name of an account at most: a password in a configuration ends in backups and tickets. */
function isDatabaseUrl(given: string): boolean {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return (
    url !== undefined && ['postgres:', 'redis:', 'rediss:'].includes(url.protocol) && url.password === ''
  );
}

export const mailbox: Text<string> = text(
  'a mail address',
  'exploitation@portail.example',
  matching(/^[^\s@<>",;:]{1,64}@[A-Za-z0-9.-]{1,190}$/),
);
export const aaguid: Text<string> = text(
  'an AAGUID in lower case with dashes',
  '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
);
export const objectIdentifier: Text<string> = text(
  'an object identifier',
  '1.2.250.1.71.1.2.7',
  matching(/^[0-2](?:\.(?:0|[1-9][0-9]{0,9})){1,20}$/),
);

/** A whole number of things, at least `from`. */
export function count(from: number, to: number): z.ZodType<number, number> {
  return z
    .int()
    .min(from)
    .max(to)
    .meta({
      description: `a whole number from ${from} to ${to}`,
      examples: [Math.max(from, Math.min(to, 40))],
    });
}

// The questions of `palier doctor`: what an attacker tries from outside, as far as it harms nobody. Nothing here signs in,
// writes, or leaves bytes on a connection that a front may share with others: where two readings of a length are possible,
// both end at the same byte.

import { type Answer, ask, shakeHands } from './doctor-wire.ts';

export type Verdict = 'good' | 'bad' | 'unclear' | 'not tried';

export interface Finding {
  readonly verdict: Verdict;
  readonly saw: string;
}

export interface Probe {
  readonly name: string;
  /** What a bad answer means. */
  readonly shows: string;
  readonly mend: string;
  /** Only a gateway that enforces refuses it: one that observes lets the portal answer. */
  readonly lets?: 'observing';
  readonly fire: () => Promise<Finding>;
}

/** The chain to be asked. */
export interface Chain {
  readonly url: URL;
  /** A path that nobody sees without signing in. */
  readonly path: string;
  /** Where the portal listens, if the operator tells. */
  readonly portal: URL | undefined;
}

const onTheWay = 'let the front pass the request line and the headers as they came (docs/fronts.md)';

/** Every probe, in the order in which they are told. */
export function probesOf(chain: Chain): readonly Probe[] {
  return [
    ...presence(chain),
    ...spelled(chain),
    ...hosts(chain),
    ...forged(chain),
    ...framed(chain),
    ...around(chain),
  ];
}

/** `unclear`: somebody else than Palier said something that shows nobody; a front's own page, or the portal's. */
export function refusal(answer: Answer): Finding {
  const saw = wordsOf(answer);
  if (answer.kind === 'none') return { verdict: 'good', saw };
  // HTTP/0.9 has no status: a front that still speaks it may hand on what Palier refused, or its own error page.
  if (answer.kind === 'bare' && !isOurs(answer) && !/<title>4\d\d /.test(answer.body))
    return { verdict: 'bad', saw };
  if (isShown(answer)) return { verdict: 'bad', saw };
  const refused =
    isOurs(answer) ||
    answer.kind === 'bare' ||
    [400, 403, 405, 414, 421, 425, 431, 501, 505].includes(answer.status);
  return { verdict: refused ? 'good' : 'unclear', saw };
}

function presence({ url, path }: Chain): readonly Probe[] {
  const nowhere = `/palier-doctor-${Date.now().toString(36)}`;
  return [
    {
      name: 'palier answers',
      shows: 'what answers at this address is not Palier, or a front keeps its pages away',
      mend: 'send every path of this host through the gateway, /.palier/ included',
      fire: async () => mustBeOurs(await ask(url, get(url, '/.palier/api/session')), [401]),
    },
    {
      name: 'what is not declared',
      shows: 'an address that no route declares is answered by something behind or beside Palier',
      mend: 'let no location of the front go to the portal directly; if this gateway observes (mode: observe) it lets that through, as its file tells with --config',
      lets: 'observing',
      fire: async () => mustBeOurs(await ask(url, get(url, nowhere)), [404]),
    },
    {
      name: 'the guarded path',
      shows: 'the path is shown to somebody who is not signed in',
      mend: 'name a path with --path that needs a sign-in; if this one should, mend its route',
      lets: 'observing',
      fire: async () => refusal(await ask(url, get(url, path))),
    },
    {
      name: 'refusals are kept by nobody',
      shows: 'a cache may keep a refusal, or what comes instead of it',
      mend: 'let the front keep Cache-Control as Palier sends it, and cache nothing of this host but what says public',
      fire: async () => {
        const answer = await ask(url, get(url, path));
        if (answer.kind !== 'http') return { verdict: 'unclear', saw: wordsOf(answer) };
        const kept = !/^cache-control:.*no-store/im.test(answer.head);
        return { verdict: kept ? 'bad' : 'good', saw: kept ? 'no "no-store"' : 'no-store' };
      },
    },
  ];
}

function spelled({ url, path }: Chain): readonly Probe[] {
  const spellings: Readonly<Record<string, string>> = {
    'a double slash': `/${path}`,
    'a dot segment': `/.${path}`,
    'two dots': `/x/..${path}`,
    'an encoded slash': `/x%2f..%2f${path.slice(1)}`,
    'double encoding': `/x/%252e%252e${path}`,
    'a backslash': `/x\\..${path.replaceAll('/', '\\')}`,
    'a path parameter': `/x/..;${path}`,
    'a parameter behind': `${path};x`,
    'an overlong dot': `/x/%c0%ae%c0%ae${path}`,
    'an encoded letter': path === '/' ? '/%2e' : `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
    'a NUL': `${path}%00`,
    'a fragment': `${path}#x`,
  };
  return Object.entries(spellings).map(([name, target]) => ({
    name: `the path with ${name}`,
    shows: 'another spelling of the path reaches the portal past the route that guards it',
    mend: onTheWay,
    fire: async () => refusal(await ask(url, get(url, target))),
  }));
}

function hosts({ url, path }: Chain): readonly Probe[] {
  const asked: Readonly<Record<string, string>> = {
    'another Host': lines(`GET ${path} HTTP/1.1`, 'Host: doctor.invalid'),
    'two Hosts': lines(`GET ${path} HTTP/1.1`, `Host: ${url.host}`, 'Host: doctor.invalid'),
    'no Host': lines(`GET ${path} HTTP/1.1`),
    'the absolute form': lines(`GET http://doctor.invalid${path} HTTP/1.1`, `Host: ${url.host}`),
    'HTTP/0.9': `GET ${path}\r\n\r\n`,
    'HTTP/1.0': lines(`GET ${path} HTTP/1.0`, `Host: ${url.host}`),
  };
  return Object.entries(asked).map(([name, bytes]) => ({
    name,
    shows: 'the portal can be asked under another name, or without one',
    mend: 'let the front answer for this host only, and pass Host on unchanged',
    ...(name === 'HTTP/1.0' && { lets: 'observing' }),
    fire: async () => refusal(await ask(url, bytes)),
  }));
}

function forged({ url, path }: Chain): readonly Probe[] {
  const headers: Readonly<Record<string, readonly string[]>> = {
    'a forged assertion': ['Palier-Assertion: e30.e30.e30'],
    'forged names': ['X-Remote-User: doctor', 'X-Forwarded-User: doctor', 'Remote-User: doctor'],
    'a forged certificate': ['X-SSL-Client-Verify: SUCCESS', 'X-SSL-Client-S-DN: CN=doctor'],
    'a forged address': ['X-Forwarded-For: 127.0.0.1', 'Forwarded: for=127.0.0.1'],
    'another path in a header': [`X-Original-URL: ${path}`, `X-Rewrite-URL: ${path}`],
    'another method in a header': ['X-HTTP-Method-Override: HEAD'],
    'a nominated header': ['Connection: close, cookie, palier-assertion'],
  };
  return Object.entries(headers).map(([name, more]) => ({
    name,
    shows: 'somebody is believed because of a header that anybody can write',
    mend: 'nothing between Palier and the portal may add identity headers; the portal checks the assertion',
    lets: 'observing',
    fire: async () => refusal(await ask(url, get(url, path, more))),
  }));
}

function framed({ url, path }: Chain): readonly Probe[] {
  const host = `Host: ${url.host}`;
  const asked: Readonly<Record<string, string>> = {
    TRACE: lines(`TRACE ${path} HTTP/1.1`, host),
    'a method nobody knows': lines(`DOCTOR ${path} HTTP/1.1`, host),
    // Five bytes either way.
    'a length and chunks': `${lines(`POST ${path} HTTP/1.1`, host, 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    'a folded header': lines(`GET ${path} HTTP/1.1`, host, 'X-Doctor: a\r\n b'),
    'a space before the colon': lines(`GET ${path} HTTP/1.1`, host, 'X-Doctor : a'),
  };
  return Object.entries(asked).map(([name, bytes]) => ({
    name,
    shows: 'a request that two programs read in two ways is passed on',
    mend: 'update the front and let it refuse what is not HTTP (docs/fronts.md)',
    fire: async () => refusal(await ask(url, bytes)),
  }));
}

function around({ url, path, portal }: Chain): readonly Probe[] {
  return [
    ...['/live', '/ready', '/observed'].map((target) => ({
      name: `health at ${target}`,
      shows: 'the listener for health checks can be reached from outside',
      mend: 'keep healthListen on an address that only your monitoring reaches',
      lets: 'observing' as const,
      fire: async () => refusal(await ask(url, get(url, target))),
    })),
    {
      name: 'cookies',
      shows: 'a cookie can be read by scripts or travels without TLS',
      mend: 'set Secure, HttpOnly and SameSite on every cookie of the portal',
      fire: () => cookies(url, path),
    },
    ...tls(url),
    {
      name: 'the portal by itself',
      shows: 'the portal answers somebody who does not come through Palier',
      mend: 'let the portal listen on the loopback, or accept the gateway only (firewall, mutual TLS)',
      fire: async () => {
        if (portal === undefined) return { verdict: 'not tried', saw: 'tell its address with --portal' };
        const answer = await ask(portal, get(portal, path));
        return { verdict: answer.kind === 'away' ? 'good' : 'bad', saw: wordsOf(answer) };
      },
    },
  ];
}

async function cookies(url: URL, path: string): Promise<Finding> {
  const answers = await Promise.all([path, '/.palier/step-up'].map((target) => ask(url, get(url, target))));
  const set = answers.flatMap(({ head }) => head.match(/^set-cookie:.*$/gim) ?? []);
  const weak = set.filter(
    (line) => !['secure', 'httponly', 'samesite='].every((word) => line.toLowerCase().includes(`; ${word}`)),
  );
  return {
    verdict: weak.length > 0 ? 'bad' : 'good',
    saw: `${set.length} set before sign-in, ${weak.length} of them weak`,
  };
}

function tls(url: URL): readonly Probe[] {
  const probe = (name: string, shows: string, mend: string, fire: Probe['fire']): Probe => ({
    name,
    shows,
    mend,
    fire: async () => {
      if (url.protocol === 'https:') return fire();
      return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
        ? { verdict: 'not tried', saw: 'plain HTTP on this machine' }
        : { verdict: 'bad', saw: 'plain HTTP' };
    },
  });
  return [
    probe(
      'the certificate',
      'browsers warn, or somebody in between can read along',
      'renew the certificate, with its chain, for this very name',
      async () => {
        const shaken = await shakeHands(url, {});
        return 'version' in shaken
          ? { verdict: 'good', saw: shaken.version }
          : { verdict: 'bad', saw: shaken.failed };
      },
    ),
    probe('old TLS', 'TLS 1.0 or 1.1 is accepted', 'allow TLS 1.2 and 1.3 only', async () => {
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
      const shaken = await shakeHands(url, { ...old, rejectUnauthorized: false });
      return 'version' in shaken
        ? { verdict: 'bad', saw: shaken.version }
        : { verdict: 'good', saw: 'refused' };
    }),
    probe(
      'HSTS',
      'the first visit can be taken over before TLS',
      'let the front keep Strict-Transport-Security, or add it',
      async () => {
        const { head } = await ask(url, get(url, '/.palier/step-up'));
        const seen = /^strict-transport-security:/im.test(head);
        return { verdict: seen ? 'good' : 'bad', saw: seen ? 'set' : 'not set' };
      },
    ),
  ];
}

function mustBeOurs(answer: Answer, statuses: readonly number[]): Finding {
  const good = isOurs(answer) && statuses.includes(answer.status);
  return { verdict: good ? 'good' : 'bad', saw: wordsOf(answer) };
}

/** An empty yes shows nobody: Caddy says it for a host it does not have. */
const isShown = ({ status, body }: Answer): boolean => status >= 200 && status < 300 && !/^0?\s*$/.test(body);

/** Palier's problem bodies carry a type that nothing else has. */
const isOurs = ({ body }: Answer): boolean => body.includes('"urn:palier:problem:');

function wordsOf(answer: Answer): string {
  const words = {
    none: 'closed without an answer',
    bare: 'an answer without a status line',
    silent: 'no answer in time',
    away: 'no connection',
  } as const;
  if (answer.kind !== 'http') return words[answer.kind];
  return `${answer.status}${isOurs(answer) ? ' by Palier' : ''}`;
}

function get(url: URL, target: string, more: readonly string[] = []): string {
  return lines(`GET ${target} HTTP/1.1`, `Host: ${url.host}`, ...more);
}

function lines(...head: readonly string[]): string {
  const own = ['Accept: application/json', 'User-Agent: palier-doctor'];
  const close = head.some((line) => line.startsWith('Connection:')) ? [] : ['Connection: close'];
  return `${[...head, ...own, ...close].join('\r\n')}\r\n\r\n`;
}

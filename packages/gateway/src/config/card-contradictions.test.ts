import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse.ts';

const source =
  'listen: 127.0.0.1:8443, origin: https://cartes.example:8443, tls: { cert: c.pem, key: c.key }, ca: roots.pem, dangerouslyWithoutRevocation: true';

/** Problems of a configuration with this client-certificate source, each `path: problem`. */
function problems(
  card: string,
  portal = 'cookie: SID, ask: /api/me, account: /login',
  more = '',
): readonly string[] {
  const identity = [
    `  - client-certificate: { ${card} }`,
    ...(portal === '' ? [] : [`  - portal-session: { ${portal} }`]),
    more,
  ];
  const text = `origin: https://portail.example
upstream: http://127.0.0.1:8081
identity:
${identity.join('\n')}
routes: [{ match: GET /, require: signed-in }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
`;
  const read = parseConfig(text, { readFile: () => '', environment: {} });
  return 'problems' in read
    ? read.problems.map(({ line, path, problem }) => `${line} ${path}: ${problem}`)
    : [];
}

const person = 'cookie: SID, ask: /api/me, account: /login, person: /rpps';
const at = '4 identity[0].client-certificate';

describe('a client-certificate source', () => {
  it('is sound with its defaults, and with the person told by the portal', () => {
    expect(problems(source)).toEqual([]);
    expect(problems(`${source}, matches: person`, person)).toEqual([]);
    expect(problems(`${source}, account: upn, issuers: persons.pem`)).toEqual([]);
  });

  it.each([
    [source.replace('https:', 'http:'), `${at}.origin: is http: a certificate is shown in TLS only`],
    [
      source.replace('cartes.example:8443', 'portail.example'),
      `${at}.origin: is the origin of the portal: certificates would be asked of everybody`,
    ],
    [
      source.replace('tls: { cert: c.pem, key: c.key }, ', ''),
      `${at}: is missing, and the gateway has no TLS of its own either`,
    ],
    [
      `${source}, matches: person`,
      `${at}.matches: is person, and no source of identity tells the person of an account`,
    ],
    [`${source}, account: email`, `${at}.account: is a name that servers and organisations can have too`],
  ])('is refused where it makes no sense: %s', (card, problem) => {
    expect(problems(card)).toEqual([problem]);
  });

  it('is refused where the portal tells a person and nobody compares it', () => {
    expect(problems(source, person)).toEqual([
      `${at}.matches: is account, and a source of identity tells the person of an account`,
    ]);
  });

  it('signs nobody in by itself, and stands once', () => {
    expect(problems(source, '')[0]).toMatch(/signsIn: is not true, and this is the only source/);
    expect(problems(`${source}, signsIn: true, class: gp`, '')).toEqual([]);
    expect(
      problems(source, undefined, `  - client-certificate: { ${source.replace('8443,', '8444,')} }`),
    ).toEqual(['6 identity[2].client-certificate: is a second listener for cards']);
  });

  it.each([
    ['rsaBits: 1024', 'a whole number from 2048'],
    ['signatures: [rsa-sha1]', 'is not one of rsa-sha256'],
    ['policies: [1.2.x]', 'is not an object identifier'],
    ['extendedKeyUsage: []', 'extendedKeyUsage'],
    ['account: surname', 'is not one of ps-id-nat'],
    ['issuer: persons.pem', 'unknown key "issuer"'],
  ])('takes nothing weak or unknown: %s', (extra, problem) => {
    expect(problems(`${source}, ${extra}`).join()).toContain(problem);
  });
});

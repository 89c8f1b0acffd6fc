// `palier check` tries the files of certificates and names the line of the setting that names a wrong one.
import { readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cardFileObjections } from '../../packages/gateway/src/cli/card-files.ts';
import { openPki, type Pki } from '../support/pki.ts';

let pki: Pki;
beforeAll(async () => {
  pki = await openPki();
});
afterAll(() => pki.close());

/** Each problem as `line path`, for these files. */
async function problems(differs: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const server = pki.leaf('server');
  const files = {
    ca: pki.anchors,
    intermediates: pki.intermediates,
    issuers: pki.authority('persons').certificate,
    tls: `{ cert: ${server.chain}, key: ${server.key} }`,
    ...differs,
  };
  const text = `origin: https://portail.example
upstream: http://127.0.0.1:8081
identity:
  - portal-session: { cookie: SID, ask: /api/me, account: /login }
  - client-certificate:
      listen: 127.0.0.1:8443
      origin: https://cartes.portail.example
      ca: ${files.ca}
      intermediates: ${files.intermediates}
      issuers: ${files.issuers}
      tls: ${files.tls}
      dangerouslyWithoutRevocation: true
routes: [{ match: GET /, require: signed-in }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
`;
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const parsed = parseConfig(text, { readFile, environment: {} });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const placed = (await cardFileObjections(parsed.config)).map(parsed.place);
  return placed.map(({ line, path, problem }) => `${line} ${path.split('.').at(-1)}: ${problem}`);
}

it('finds sound files sound', async () => {
  expect(await problems({})).toEqual([]);
});

it('tells a file that is not there, one of keys, an intermediate among roots and a key of another certificate', async () => {
  expect(await problems({ ca: pki.intermediates })).toEqual([
    expect.stringMatching(/^8 ca: .*a certificate is no root; put it in intermediates$/),
  ]);
  expect(await problems({ intermediates: '/nowhere.pem', issuers: pki.leaf('doctor').key })).toEqual([
    '9 intermediates: there is no file /nowhere.pem',
    expect.stringMatching(/^10 issuers: .*holds no certificate$/),
  ]);
  const [server, doctor] = [pki.leaf('server'), pki.leaf('doctor')];
  expect(await problems({ tls: `{ cert: ${server.chain}, key: ${doctor.key} }` })).toEqual([
    expect.stringMatching(/^11 tls: the key in .* is not that of the certificate$/),
  ]);
});

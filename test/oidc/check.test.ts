// `palier check` tries the files of identity providers and names the line of the setting that names a wrong one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@palier/gateway';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeAuthority } from '../../examples/health-portal/certificates.ts';
import { providerFileObjections } from '../../packages/gateway/src/cli/provider-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-check-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  const authority = await makeAuthority(folder, 'authority');
  await authority.client('one');
  await authority.client('two');
  writeFileSync(join(folder, 'links.json'), '{ "medecin-01": ["899700218896"] }');
});

function problems(differs: Readonly<Record<string, string>>): readonly string[] {
  const files = { ca: 'authority.pem', cert: 'one.pem', key: 'one-key.pem', links: 'links.json', ...differs };
  const text = `origin: https://portail.example
upstream: http://127.0.0.1:8081
identity: [{ portal-session: { cookie: SID, ask: /api/me, account: /login } }]
stepUp:
  - oidc:
      issuer: https://sso.example
      clientId: palier
      certificate: { cert: ${files.cert}, key: ${files.key} }
      ca: ${files.ca}
      assurance: { card: [{ acr: high, amr: unchecked }] }
      person: { is: { file: ${files.links} } }
routes: [{ match: GET /, require: signed-in }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
`;
  const parsed = parseConfig(text, {
    readFile: (path) => readFileSync(path, 'utf8'),
    environment: {},
    folder,
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const placed = providerFileObjections(parsed.config).map(parsed.place);
  return placed.map(({ line, path, problem }) => `${line} ${path.split('.').at(-1)}: ${problem}`);
}

it('finds sound files sound', () => {
  expect(problems({})).toEqual([]);
});

it('tells a missing file, a key of another certificate, and links that name nobody', () => {
  expect(problems({ ca: 'nowhere.pem' })).toEqual([
    expect.stringMatching(/^9 ca: there is no file .*nowhere\.pem$/),
  ]);
  expect(problems({ key: 'two-key.pem' })).toEqual([
    expect.stringMatching(/^8 certificate: the key in .* is not that of the certificate$/),
  ]);
  expect(problems({ links: 'one.pem' })).toEqual([
    expect.stringMatching(/^11 person: .* is no JSON object of accounts and lists of names$/),
  ]);
});

// The files of examples/fronts ask where the gateway answers, and those of Traefik and Envoy, which no package here brings,
// say what the recordings rest on.

import { readdirSync, readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (file: string): string =>
  readFileSync(new URL(`../../examples/fronts/${file}`, import.meta.url), 'utf8');

const asking = [
  ['nginx-forward-auth.conf', ['/.palier/forward-auth/answer', '/.palier/forward-auth/nginx']],
  ['palier.lua', ['/.palier/forward-auth/haproxy']],
  ['Caddyfile.forward-auth', ['/.palier/forward-auth/caddy']],
  ['traefik.yaml', ['/.palier/forward-auth/traefik']],
  ['envoy.yaml', ['/.palier/ext-authz']],
] as const;

describe('examples/fronts', () => {
  it.each(asking)('%s asks on the path of its front', (file, paths) => {
    const named = [...read(file).matchAll(/\/\.palier\/(?:forward-auth|ext-authz)(?:\/[a-z]+)?/g)];
    expect([...new Set(named.map(([path]) => path))].sort()).toEqual([...paths].sort());
  });

  it('the answers Envoy and Traefik set on a request are those the gateway gives', () => {
    const traefik = parse(read('traefik.yaml'));
    for (const name of ['ask', 'ask-bodiless']) {
      const { forwardAuth } = traefik.http.middlewares[name];
      expect(forwardAuth.authResponseHeaders).toEqual(['Palier-Assertion', 'Cookie']);
      expect(forwardAuth.trustForwardHeader).toBe(false);
    }
    // Without it a portal that changes the protocol would have a socket the gateway never saw.
    const { customRequestHeaders } = traefik.http.middlewares.strip.headers;
    expect(customRequestHeaders).toMatchObject({ Connection: '', Upgrade: '' });
    const envoy = parse(read('envoy.yaml'));
    const [connections] = envoy.static_resources.listeners[0].filter_chains[0].filters;
    const [{ typed_config: authz }] = connections.typed_config.http_filters;
    expect(authz.failure_mode_allow).toBe(false);
    const names = authz.http_service.authorization_response.allowed_upstream_headers.patterns;
    expect(names).toEqual([{ exact: 'palier-assertion' }, { exact: 'cookie' }]);
  });
});

describe('docs/fronts.md', () => {
  const text = readFileSync(new URL('../../docs/fronts.md', import.meta.url), 'utf8');

  it('shows a configuration that is sound', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const rest = `origin: https://p.example
upstream: http://127.0.0.1:8081
identity:
  - portal-session: { cookie: C, ask: /me, account: /login }
keys: { file: k }
ledger: { directory: l, sealTo: l.jwk }
`;
    expect(parseConfig(rest + yaml, { readFile: () => '', environment: {} })).toHaveProperty('config');
  });

  it('names every file that is shipped and none that is not', () => {
    const named = [...text.matchAll(/`([A-Za-z-]+\.(?:conf|cfg|lua|yaml|forward-auth|proxy))`/g)];
    const shipped = readdirSync(new URL('../../examples/fronts/', import.meta.url));
    expect([...new Set(named.map(([, file]) => file))].sort()).toEqual([...shipped].sort());
  });
});

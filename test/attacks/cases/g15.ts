// G15: tokens somebody made up, wherever the gateway reads one. What a portal makes of them is the verifier's
// (`test/core/verify-assertion.test.ts`).

import { type AttackCase, get } from '../case.ts';

const forged = (title: string, token: string): AttackCase => ({
  id: 'A248',
  title: `${title} instead of a session`,
  send: [
    get(
      '/patients/{nir}',
      `Authorization: Bearer ${token}`,
      `Cookie: {cookie}; __Host-palier=${token}`,
    ).replace('Cookie: {cookie}\r\n', ''),
  ],
  expect: [[400, 401, 431]],
  harmless: 'the naive forwarder reads no tokens',
});

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = part({ sub: 'pharmacie-02', acr: 'phrh', exp: 4_102_444_800 });

export const g15: readonly AttackCase[] = [
  forged('a token without a signature', `${part({ alg: 'none' })}.${claims}.`),
  forged('a token that says none in other letters', `${part({ alg: 'nOnE' })}.${claims}.`),
  forged('a token signed with a word', `${part({ alg: 'HS256' })}.${claims}.AAAA`),
  forged(
    'an encrypted token that unpacks',
    `${part({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..AAAA.AAAA.AAAA`,
  ),
  forged(
    'an encrypted token that costs work',
    `${part({ alg: 'PBES2-HS256+A128KW', p2c: 2_000_000_000 })}.AAAA.AAAA.AAAA.AAAA`,
  ),
  forged('a token of twelve kilobytes', 'A'.repeat(12_000)),
];

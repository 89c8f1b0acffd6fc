// Where each attack of the catalogue's groups G1 to G6, G12, G14 and G15 is held: by cases played here, by tests elsewhere,
// or by nothing, with the reason. `catalogue.test.ts` checks that no id is missing and that what is named is there.

import type { AttackCase } from './case.ts';
import { g1 } from './cases/g1.ts';
import { g2 } from './cases/g2.ts';
import { g3 } from './cases/g3.ts';
import { g4 } from './cases/g4.ts';
import { g5 } from './cases/g5.ts';
import { g6 } from './cases/g6.ts';
import { g12 } from './cases/g12.ts';
import { g14 } from './cases/g14.ts';
import { g15 } from './cases/g15.ts';

/** Every id of the groups. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  G1: ids('001 002 004 005 007 008 010 011 013 014 016 017 019 020 022 023 025 026'),
  G2: ids('028 029 031 032 034 035'),
  G3: ids('037 038 040 041 043 044 046 047 049 050 052 053 055 056 058'),
  G4: ids('059 061 062 064 065 067 068 070 071 073 074 076 077 079 080 082'),
  G5: ids('083 085 086 088 089 091 092 094'),
  G6: ids('095 097 098 100 101 103 104 106 107 109 110 112 113 115 116 118 119 121 122'),
  G12: ids('199 200 202 203 205 206 208 209 211 212 214'),
  G14: ids('232 233 235 236 238 239 241 242 244'),
  G15: ids('245 247 248 250 251 253 254'),
};

function ids(numbers: string): readonly string[] {
  return numbers.split(' ').map((number) => `A${number}`);
}

export const cases: readonly AttackCase[] = [
  ...g1,
  ...g2,
  ...g3,
  ...g4,
  ...g5,
  ...g6,
  ...g12,
  ...g14,
  ...g15,
];

const gateway = 'packages/gateway/src';
const core = 'packages/mfa-core/src';

/** Tests outside of the cases, by file; each file names the id. */
export const elsewhere: Readonly<Record<string, readonly string[]>> = {
  A046: [`${gateway}/proxy/upstream.test.ts`],
  A047: [`${gateway}/proxy/upstream.test.ts`],
  A064: [`${gateway}/config/parse.test.ts`, 'test/fronts/forward-auth.test.ts'],
  A065: [`${gateway}/policy/network.test.ts`],
  A070: ['test/fronts/forward-auth.test.ts'],
  A073: ['test/fronts/forward-auth.test.ts'],
  A074: ['test/fronts/forward-auth.test.ts'],
  A085: ['test/flows/websocket.test.ts', 'test/flows/sign-out.test.ts'],
  A199: ['test/attacks/g12.test.ts', 'test/core/step-up.test.ts'],
  A200: ['test/attacks/g12.test.ts'],
  A206: ['test/attacks/g12.test.ts'],
  A209: [`${core}/ids.test.ts`],
  A211: ['test/attacks/g12.test.ts'],
  A212: ['test/browser/tabs.test.ts'],
  A214: ['test/attacks/g12.test.ts', 'test/core/express.test.ts'],
  A233: ['test/attacks/g14.test.ts'],
  A235: ['test/attacks/g14.test.ts'],
  A239: ['test/attacks/g14.test.ts'],
  A244: ['test/attacks/g14.test.ts'],
  A245: ['test/attacks/g15.test.ts', 'test/core/verify-assertion.test.ts'],
  A247: ['test/core/verify-assertion.test.ts'],
  A250: [`${gateway}/config/parse.test.ts`],
  A251: ['test/attacks/g15.test.ts'],
  A254: ['test/core/factors.test.ts', `${core}/stores/sqlite.test.ts`],
};

/** What has no test of its own, and why. */
export const withoutTest: Readonly<Record<string, string>> = {
  A241: 'there is no token to fix or to leak: every change of state needs our own Origin (A232) and the pages are not compressed',
  A253: 'the one comparison of a secret is in `secret.ts`, equal lengths first; its test is `secret.test.ts`',
};

/** For ids whose cases harm nobody behind the naive forwarder: where the defence is taken away, or why that cannot be. */
export const controls: Readonly<Record<string, string>> = {
  A011: `${gateway}/request/target.test.ts`,
  A013: `${gateway}/request/target.test.ts`,
  A016: `${gateway}/policy/policy.test.ts`,
  A017: `${gateway}/policy/policy.test.ts`,
  A019: `${gateway}/policy/policy.test.ts`,
  A020: `${gateway}/policy/policy.test.ts`,
  A026: `${gateway}/request/target.test.ts`,
  A032: 'no portal of the readings opens anything for it',
  A041: 'node itself refuses all but the extensions; turning its parser lenient is not possible from here',
  A043: 'node itself refuses most; aliases have their control in A059',
  A049: `${gateway}/proxy/upstream.test.ts`,
  A050: `${gateway}/proxy/upstream.test.ts`,
  A052: 'the surplus is lost by an old node only, on which this does not start',
  A053: `${gateway}/proxy/upstream.test.ts`,
  A055: 'a portal that splits lines otherwise than node is not among the readings',
  A056: `${gateway}/request/body.test.ts`,
  A058: 'limits and Expect; the mutated requests of `fuzz.test.ts` have their control there',
  A068: 'nothing here knows such a word, so there is nothing to take away',
  A076: 'an oracle that is shown a token in a line says so; `g4.test.ts` shows it one as the control',
  A077: 'what such bytes mean differs between portals, not between the readings',
  A080: 'test/attacks/answers.test.ts',
  A088: 'test/attacks/answers.test.ts',
  A089: 'the naive forwarder closes after one request too',
  A091: `${gateway}/policy/admit.test.ts`,
  A092: 'sent twice it counts once; what the portal does twice is its own',
  A097: `${gateway}/request/strict-json.test.ts`,
  A101: `${gateway}/request/body.test.ts`,
  A107: `${gateway}/policy/policy.test.ts`,
  A110: 'test/attacks/answers.test.ts',
  A112: 'test/attacks/answers.test.ts',
  A113: 'test/attacks/answers.test.ts',
  A118: `${gateway}/request/strict-json.test.ts`,
  A119: `${gateway}/request/body.test.ts`,
  A202: 'test/attacks/g12.test.ts',
  A203: 'there is no remembered device, so there is nothing to take away',
  A205: 'a proof of a kind that is accepted opens the very next route in every flow test',
  A232: 'the very same post with our own Origin is what every flow test sends',
  A238: 'a name that is not escaped matches the pattern the test looks for',
  A242: 'the same address, looked at, opens a session in that very test',
  A248: 'no token of that kind is read here, so there is nothing to take away',
};

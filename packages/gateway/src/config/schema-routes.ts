// The routes section as written: one line of policy, with every key it may have.

import type { ProofKind, Requirement, Seconds } from '@palier/mfa-core';
import { acceptWords } from '@palier/mfa-core';
import { z } from 'zod';
import type { RecordRule } from '../budget/record-rule.ts';
import type { Route } from '../policy/route.ts';
import * as is from './scalars.ts';
import { login, reset, type WrittenSignIn } from './schema-sign-in.ts';
import { maybe, oneOrMore } from './shape.ts';

/** A route as written; what is left out gets its meaning in compile-routes.ts. */
export interface WrittenRoute {
  readonly match: string;
  readonly require: Requirement;
  readonly records: readonly RecordRule[];
  readonly query: readonly string[] | undefined;
  /** `none`: said, and not forgotten. */
  readonly body: WrittenBody | 'none' | undefined;
  readonly client: Route['client'];
  readonly upgrade: Route['upgrade'];
  readonly bind: Route['bind'];
  readonly upstream: string | undefined;
  readonly through: Route['through'];
  readonly fields: readonly string[];
  readonly when: WrittenConditions | undefined;
  readonly login: WrittenSignIn | undefined;
  readonly reset: WrittenSignIn | undefined;
  readonly overlaps: 'allowed' | undefined;
}

export interface WrittenBody {
  readonly types: readonly string[] | undefined;
  readonly limit: number;
  readonly members: readonly string[] | 'any' | undefined;
}

export interface WrittenConditions {
  readonly class: readonly string[] | undefined;
  readonly group: readonly string[] | undefined;
  readonly network: readonly string[] | undefined;
  readonly hours:
    | { readonly from: string; readonly to: string; readonly zone: string; readonly days: readonly number[] }
    | undefined;
}

const atMost = is.count(1, 500).default(100);
const as = is.word.describe('a record type: nir, rpps, finess or one declared under recordTypes');

/** Where the persons of a route are. */
export const recordRule: z.ZodType<RecordRule> = z.discriminatedUnion('from', [
  z.strictObject({ from: z.enum(['path', 'query', 'form']), name: is.plain, as }),
  z.strictObject({ from: z.literal('json'), pointer: is.jsonPointer, as }),
  z.strictObject({ from: z.literal('answer-json'), pointer: is.jsonPointer, as, atMost }),
  z.strictObject({ from: z.literal('answer-header'), name: is.headerName, as, atMost }),
  z.strictObject({
    from: z.literal('answer-html'),
    selector: is.selector,
    attribute: maybe(is.plain),
    as,
    atMost,
  }),
]);

const proofKind = z.enum(['totp', 'webauthn', 'recovery-code', 'card']);
const acceptWord = z.enum(['second-factor', 'phishing-resistant', 'card']);

const requirement: z.ZodType<Requirement> = z
  .union([
    z.enum(['open', 'signed-in']),
    z.strictObject({ accept: z.union([acceptWord, z.array(proofKind).min(1)]), maxAge: is.duration }),
  ])
  .meta({ description: 'a requirement', examples: [{ accept: 'second-factor', maxAge: '12h' }] })
  .transform((given) => (typeof given === 'string' ? { kind: given } : stepUp(given.accept, given.maxAge)));

function stepUp(accept: keyof typeof acceptWords | readonly ProofKind[], maxAge: Seconds): Requirement {
  const [first = 'card', ...rest]: readonly ProofKind[] =
    typeof accept === 'string' ? acceptWords[accept] : accept;
  return { kind: 'step-up', accept: [first, ...rest], maxAge };
}

const everyDay = [1, 2, 3, 4, 5, 6, 7];

const conditions: z.ZodType<WrittenConditions> = z.strictObject({
  class: maybe(oneOrMore(is.word)),
  group: maybe(oneOrMore(is.plain)),
  network: maybe(oneOrMore(is.network)),
  hours: maybe(
    z.strictObject({
      from: is.timeOfDay,
      to: is.timeOfDay,
      zone: is.timeZone.default('Europe/Paris'),
      days: z.array(is.count(1, 7)).min(1).default(everyDay).describe('days of the week, 1 for Monday'),
    }),
  ),
});

const body: z.ZodType<WrittenBody> = z.strictObject({
  types: maybe(oneOrMore(is.mediaType)),
  limit: is.size.prefault('64KiB'),
  members: maybe(z.union([z.literal('any'), z.array(is.plain)])).describe(
    'on counted routes: form fields, or JSON members (a name or a pointer), that may occur beside the counted ones; any turns the check off',
  ),
});

export const route: z.ZodType<WrittenRoute> = z.strictObject({
  match: is.routePattern,
  require: requirement,
  records: oneOrMore(recordRule).default([]),
  query: maybe(z.array(is.plain).describe('the query parameters that may occur')),
  body: maybe(z.union([body, z.literal('none')])).describe(
    'what may be sent as a body; none says that there is none, which is what a counted route without this key lets pass',
  ),
  client: maybe(z.enum(['page', 'program'])),
  upgrade: maybe(z.literal('websocket')),
  bind: z.enum(['session', 'request']).default('session'),
  upstream: maybe(is.word),
  through: maybe(z.literal('gateway')),
  fields: z.array(is.plain).default([]).describe('kinds of data shown, for the exposure report'),
  when: maybe(conditions),
  login: maybe(login),
  reset: maybe(reset),
  overlaps: maybe(z.literal('allowed')),
});

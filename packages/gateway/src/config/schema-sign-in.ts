// The keys `login` and `reset` of a route, and the front that tells addresses: the portal's own sign-in seen from in front.
import { z } from 'zod';
import { type Network, parseNetwork } from '../policy/network.ts';
import type { GuessLimit, SignInRule } from '../policy/route.ts';
import type { ClientAddressRules } from '../request/client-address.ts';
import * as is from './scalars.ts';
import { maybe, oneOrMore } from './shape.ts';

/** A sign-in as written: what is left out comes from the identity sources (compile-sign-in.ts). */
export interface WrittenSignIn {
  readonly kind: SignInRule['kind'];
  readonly typed: SignInRule['typed'];
  readonly success: SignInRule['success'] | undefined;
  readonly limits: SignInRule['limits'];
  readonly from: SignInRule['from'];
  readonly equal: SignInRule['equal'];
}

function limit(free: number, longest: string): z.ZodPrefault<z.ZodType<GuessLimit, object>> {
  const schema: z.ZodType<GuessLimit, object> = z.strictObject({
    free: is.count(1, 10_000).default(free).describe('guesses in a row before the first wait'),
    longest: is.duration.prefault(longest).describe('how long the growing wait gets'),
  });
  return schema.prefault({});
}

const limits: z.ZodType<SignInRule['limits']> = z
  .strictObject({
    browser: limit(10, '15m').describe('a browser that signed this account in before'),
    account: limit(5, '15m').describe('one account from one network, in other browsers'),
    network: limit(60, '5m').describe('one network, over all accounts'),
    pressure: is
      .count(1, 1_000_000)
      .default(100)
      .describe('guesses at one account over all networks, after which each network has one at a time'),
  })
  .prefault({});

const resetLimits: z.ZodType<SignInRule['limits']> = z
  .strictObject({
    browser: limit(5, '1h'),
    account: limit(3, '1h'),
    network: limit(30, '15m'),
    pressure: is.count(1, 1_000_000).default(20),
  })
  .prefault({});

const equal = maybe(
  z
    .strictObject({ location: is.path, after: is.duration.prefault('1s') })
    .describe('where every answer leads that is no success, and how long each takes'),
);

interface Place {
  readonly field?: string | undefined;
  readonly pointer?: string | undefined;
}

function typedIn({ field, pointer }: Place): SignInRule['typed'] {
  if (field !== undefined) return { from: 'form', name: field };
  return pointer === undefined ? undefined : { from: 'json', pointer };
}

const place = {
  field: maybe(is.plain).describe('the field of the form in which the login is typed'),
  pointer: maybe(is.jsonPointer).describe('where the login is, when it is sent as JSON'),
};

function onePlace(given: Place, context: z.RefinementCtx): boolean {
  if (given.field === undefined || given.pointer === undefined) return true;
  context.addIssue({
    code: 'custom',
    message: 'says twice where the login is',
    params: { fix: 'give one of field and pointer' },
  });
  return false;
}

const from = z.array(is.pageOrigin).default([]).describe('other origins whose pages have this form');

export const login: z.ZodType<WrittenSignIn> = z
  .strictObject({
    ...place,
    success: maybe(
      z.strictObject({
        status: oneOrMore(is.count(200, 399)).prefault([302, 303]),
        cookie: maybe(is.cookieName),
        location: maybe(is.path),
      }),
    ),
    limits,
    from,
    equal,
  })
  .transform((given, context) => {
    if (!onePlace(given, context)) return z.NEVER;
    const { success, equal } = given;
    const same = { typed: typedIn(given), limits: given.limits, from: given.from };
    return { kind: 'sign-in', ...same, success, equal };
  });

export const reset: z.ZodType<WrittenSignIn> = z
  .strictObject({ ...place, limits: resetLimits, from, equal })
  .transform((given, context) => {
    if (!onePlace(given, context)) return z.NEVER;
    return {
      kind: 'reset',
      typed: typedIn(given),
      success: undefined,
      limits: given.limits,
      from: given.from,
      equal: given.equal,
    };
  });

/** The defaults of a sign-in that an identity source watches and no route speaks of. */
export const watchedSignIn: WrittenSignIn = login.parse({});

/** The front that stands before the gateway and tells the client's address; nobody else is believed (A064). */
export const clientAddress: z.ZodType<ClientAddressRules> = z.strictObject({
  header: is.headerName.transform((name) => name.toLowerCase()),
  from: z
    .array(is.network)
    .min(1)
    .transform((texts) => texts.map(parseNetwork).filter((one): one is Network => !('refused' in one))),
});

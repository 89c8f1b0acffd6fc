// OpenID Connect providers: those that sign people in (a source under identity) and those that prove a card (stepUp).
// A provider's connection is written alike in both. Values of Pro Santé Connect are in docs/pro-sante-connect.md.
import { z } from 'zod';
import {
  type CardRule,
  type ClientCredential,
  type PersonRule,
  type ProviderSetting,
  type StepUpSetting,
  signInPage,
} from './oidc-settings.ts';
import * as scalar from './scalars.ts';
import { maybe, oneOrMore } from './shape.ts';
import { fileIn, type Surroundings, secretIn } from './surroundings.ts';
import type { WrittenSource } from './written-source.ts';

const cardRule: z.ZodType<CardRule> = z
  .strictObject({
    acr: scalar.plain,
    amr: z
      .union([z.literal('unchecked'), z.array(scalar.plain).min(1)])
      .describe('values that must all be there, or unchecked: the acr alone decides'),
    within: scalar.duration.prefault('0s'),
  })
  .transform(({ amr, ...rule }) => ({ ...rule, amr: amr === 'unchecked' ? undefined : amr }));

const algorithms: z.ZodType<ProviderSetting['algorithms']> = z
  .array(z.enum(['RS256', 'PS256', 'ES256']))
  .min(1)
  .meta({ description: 'signature algorithms of the ID token', examples: [['RS256']] });

const profiles = {
  standard: {
    name: 'oidc',
    label: undefined,
    wellKnown: 'openid-configuration',
    scope: ['openid'],
    userinfo: false,
    person: '/sub',
  },
  'pro-sante-connect': {
    name: 'pro-sante-connect',
    label: 'Pro Santé Connect',
    // Not the standard's path: there another document is found.
    wellKnown: 'wallet-openid-configuration',
    scope: ['openid', 'scope_all'],
    userinfo: true,
    person: '/SubjectNameID',
  },
} as const;

/** The connection to a provider, flat among the other keys as the operator writes it. */
const connection = (surroundings: Surroundings) => {
  const file = fileIn(surroundings);
  return {
    name: maybe(scalar.word),
    profile: z.enum(['standard', 'pro-sante-connect']).default('standard'),
    label: maybe(scalar.plain),
    issuer: scalar.issuer,
    discovery: maybe(scalar.secureUrl),
    clientId: scalar.plain,
    clientSecret: maybe(secretIn(surroundings, 16)),
    certificate: maybe(z.strictObject({ cert: file, key: file })),
    ca: maybe(file),
    scope: maybe(z.array(scalar.plain).min(1)),
    userinfo: maybe(z.boolean()),
    algorithms: algorithms.prefault(['RS256', 'PS256', 'ES256']),
    tolerance: scalar.duration.prefault('30s'),
    patience: scalar.duration.prefault('5s'),
    assurance: z.strictObject({ card: z.array(cardRule).default([]) }).prefault({}),
  };
};

const shape = z.object(connection({ readFile: () => '', environment: {} }));
type Connection = z.output<typeof shape>;

/** Undefined when the client shows itself in two ways or in none; that was told. */
function providerOf(given: Connection, context: z.RefinementCtx): ProviderSetting | undefined {
  const profile = profiles[given.profile];
  const credential = credentialOf(given);
  if (credential === undefined) {
    context.addIssue({
      code: 'custom',
      message: 'says how the gateway shows itself to the provider either twice or not at all',
      params: { fix: 'give one of clientSecret and certificate' },
    });
    return undefined;
  }
  const { issuer, clientId, ca, algorithms, tolerance, patience, assurance } = given;
  return {
    name: given.name ?? profile.name,
    profile: given.profile,
    label: given.label ?? profile.label ?? new URL(issuer).host,
    issuer,
    discovery: given.discovery ?? new URL(`${issuer.replace(/\/$/, '')}/.well-known/${profile.wellKnown}`),
    clientId,
    credential,
    ca,
    scope: given.scope ?? profile.scope,
    userinfo: given.userinfo ?? profile.userinfo,
    algorithms,
    tolerance,
    patience,
    card: assurance.card,
  };
}

function credentialOf({ clientSecret, certificate }: Connection): ClientCredential | undefined {
  if ((clientSecret === undefined) === (certificate === undefined)) return undefined;
  if (certificate !== undefined) return { kind: 'certificate', ...certificate };
  return clientSecret === undefined ? undefined : { kind: 'secret', secret: clientSecret };
}

/** A source of identities. Its name for a person is `sub` unless written: an e-mail address changes hands (A229). */
export function oidcSource(surroundings: Surroundings): z.ZodType<WrittenSource> {
  return z
    .strictObject({
      ...connection(surroundings),
      account: maybe(scalar.jsonPointer),
      class: maybe(scalar.jsonPointer),
      organisation: maybe(scalar.jsonPointer),
      groups: maybe(scalar.jsonPointer),
      displayName: maybe(scalar.jsonPointer),
      signOut: oneOrMore(scalar.routePattern).default([]),
    })
    .transform((given, context) => {
      const provider = providerOf(given, context);
      if (provider === undefined) return z.NEVER;
      const { class: className, organisation, groups, displayName, signOut } = given;
      const account = given.account ?? profiles[given.profile].person;
      const pointers = { account, class: className, organisation, groups, name: displayName };
      return { signOut, setting: { kind: 'oidc', provider, pointers, signIn: signInPage } };
    });
}

const person = (surroundings: Surroundings): z.ZodType<{ claim: string | undefined; is: PersonRule['is'] }> =>
  z
    .strictObject({
      claim: maybe(scalar.jsonPointer),
      is: z
        .union([
          z.literal('account').transform(() => ({ kind: 'account' }) as const),
          z
            .strictObject({ file: fileIn(surroundings) })
            .transform(({ file }) => ({ kind: 'linked', file }) as const),
        ])
        .prefault('account'),
    })
    .prefault({});

/** The stepUp section: providers that prove a card for whoever is signed in, and how the two persons are compared. */
export function stepUp(surroundings: Surroundings): z.ZodType<readonly StepUpSetting[]> {
  const one = z
    .strictObject({ ...connection(surroundings), person: person(surroundings) })
    .transform((given, context) => {
      const provider = providerOf(given, context);
      if (provider === undefined) return z.NEVER;
      const { claim, is } = given.person;
      return { provider, person: { claim: claim ?? profiles[given.profile].person, is } };
    });
  return z.array(z.strictObject({ oidc: one }).transform(({ oidc }) => oidc)).default([]);
}

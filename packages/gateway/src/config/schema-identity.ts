// The identity section: a list of sources, each a map with one key that names its kind.
import { z } from 'zod';
import type { AccountPointers, HtmlPointer, PortalPointers } from './account-pointers.ts';
import type { Carrier, JwtSetting } from './identity-settings.ts';
import * as scalar from './scalars.ts';
import { clientCertificate } from './schema-card.ts';
import { oidcSource } from './schema-oidc.ts';
import { maybe, oneOrMore } from './shape.ts';
import { fileIn, type Surroundings } from './surroundings.ts';
import type { WrittenSource } from './written-source.ts';

/** The pointers of a source, flat among its other keys as the operator writes them. */
const pointerKeys = {
  account: scalar.jsonPointer,
  class: maybe(scalar.jsonPointer),
  organisation: maybe(scalar.jsonPointer),
  groups: maybe(scalar.jsonPointer),
  name: maybe(scalar.jsonPointer),
  person: maybe(scalar.jsonPointer),
};

const carrierKeys = { cookie: maybe(scalar.cookieName), header: maybe(scalar.headerName) };
const signInKeys = { signIn: maybe(scalar.path), signOut: oneOrMore(scalar.routePattern).default([]) };

interface Flat {
  readonly account: string;
  readonly class?: string | undefined;
  readonly organisation?: string | undefined;
  readonly groups?: string | undefined;
  readonly name?: string | undefined;
  readonly person?: string | undefined;
}

function pointersOf(flat: Flat): AccountPointers {
  return {
    account: flat.account,
    class: flat.class,
    organisation: flat.organisation,
    groups: flat.groups,
    name: flat.name,
    person: flat.person,
  };
}

interface Carried {
  readonly cookie?: string | undefined;
  readonly header?: string | undefined;
}

function carrierOf({ cookie, header }: Carried): Carrier | undefined {
  if ((cookie === undefined) === (header === undefined)) return undefined;
  return cookie === undefined
    ? { kind: 'header', name: (header ?? '').toLowerCase() }
    : { kind: 'cookie', name: cookie };
}

const htmlPointer: z.ZodType<HtmlPointer> = z.strictObject({
  selector: scalar.selector,
  attribute: maybe(scalar.plain),
});
const place: z.ZodType<string | HtmlPointer> = z.union([scalar.jsonPointer, htmlPointer]);

const portalSession: z.ZodType<WrittenSource> = z
  .strictObject({
    ...carrierKeys,
    account: place,
    class: maybe(place),
    organisation: maybe(place),
    groups: maybe(place),
    name: maybe(place),
    person: maybe(place),
    nobody: maybe(htmlPointer),
    ...signInKeys,
    ask: scalar.path,
    upstream: maybe(scalar.word),
    cache: scalar.duration.prefault('5s'),
    cacheForStreams: scalar.duration.prefault('1m'),
    timeout: scalar.duration.prefault('3s'),
  })
  .transform((given, context) => {
    const carrier = carrierOf(given);
    if (carrier === undefined) return oneCarrier(context);
    const pointers = portalPointersOf(given);
    if (pointers === undefined) return oneKindOfPointer(context);
    const { ask, cache, cacheForStreams, timeout, nobody, signIn, signOut } = given;
    const upstream = given.upstream ?? 'default';
    return {
      signOut,
      setting: {
        kind: 'portal-session',
        carrier,
        pointers,
        nobody,
        ask,
        upstream,
        cache,
        cacheForStreams,
        timeout,
        signIn,
      },
    };
  });

type Places = { readonly [Key in keyof AccountPointers]?: string | HtmlPointer | undefined };

/** JSON pointers alone or places on a page alone: an answer is one of both. */
function portalPointersOf(given: Places): PortalPointers | undefined {
  const { account, class: className, organisation, groups, name, person } = given;
  const all = { account, class: className, organisation, groups, name, person };
  const kinds = new Set(Object.values(all).flatMap((one) => (one === undefined ? [] : [typeof one])));
  return kinds.size === 1 ? (all as PortalPointers) : undefined;
}

function oneKindOfPointer(context: z.RefinementCtx): never {
  context.addIssue({
    code: 'custom',
    message: 'points into JSON and into a page',
    params: { fix: 'write all of account, class, organisation, groups and name in one of the two ways' },
  });
  return z.NEVER;
}

function oneCarrier(context: z.RefinementCtx): never {
  context.addIssue({
    code: 'custom',
    message: 'says where the credential is either twice or not at all',
    params: { fix: 'give one of cookie and header' },
  });
  return z.NEVER;
}

const algorithms: z.ZodType<JwtSetting['algorithms']> = z
  .array(z.enum(['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256']))
  .min(1)
  .meta({
    description: 'signature algorithms; those with a shared key are not among them',
    examples: [['ES256']],
  });

const types = oneOrMore(scalar.tokenType).prefault(['JWT', 'at+jwt']);

function jwt(surroundings: Surroundings): z.ZodType<WrittenSource> {
  return z
    .strictObject({
      ...carrierKeys,
      ...pointerKeys,
      ...signInKeys,
      issuer: scalar.plain,
      audience: scalar.plain,
      algorithms: algorithms.prefault(['ES256']),
      jwks: z.union([
        z.strictObject({ file: fileIn(surroundings) }),
        z.strictObject({
          url: scalar.httpUrl,
          ca: maybe(fileIn(surroundings)),
        }),
      ]),
      refresh: scalar.duration.prefault('5m'),
      stale: scalar.duration.prefault('24h'),
      typ: types,
      tolerance: scalar.duration.prefault('30s'),
    })
    .transform((given, context) => {
      const carrier = carrierOf(given);
      if (carrier === undefined) return oneCarrier(context);
      const { issuer, audience, tolerance, refresh, stale, signIn, signOut } = given;
      const jwks =
        'file' in given.jwks
          ? ({ kind: 'file', path: given.jwks.file } as const)
          : ({ kind: 'url', url: given.jwks.url, ca: given.jwks.ca } as const);
      return {
        signOut,
        setting: {
          kind: 'jwt',
          carrier,
          pointers: pointersOf(given),
          issuer,
          audience,
          algorithms: given.algorithms,
          jwks,
          refresh,
          stale,
          types: given.typ.map((type) => (type === 'absent' ? undefined : type)),
          tolerance,
          signIn,
        },
      };
    });
}

const loginWatched: z.ZodType<WrittenSource> = z
  .strictObject({
    ...signInKeys,
    post: scalar.path,
    field: scalar.plain,
    cookie: scalar.cookieName,
    success: z
      .strictObject({
        status: oneOrMore(scalar.count(200, 399)).prefault([302, 303]),
        location: maybe(scalar.path),
      })
      .prefault({}),
    class: scalar.word.prefault('default'),
    fold: z.enum(['case', 'none']).default('case'),
    lifetime: scalar.duration.prefault('4h'),
  })
  .transform(({ success, signOut, ...given }) => ({
    signOut,
    setting: {
      ...given,
      kind: 'login-watched',
      signIn: given.signIn,
      success: { status: success.status, location: success.location },
    },
  }));

/** One source: a map with exactly one key. */
export function identitySource(surroundings: Surroundings): z.ZodType<WrittenSource> {
  return z
    .strictObject({
      'portal-session': maybe(portalSession),
      jwt: maybe(jwt(surroundings)),
      'login-watched': maybe(loginWatched),
      oidc: maybe(oidcSource(surroundings)),
      'client-certificate': maybe(clientCertificate(surroundings)),
    })
    .transform((given, context) => {
      const sources = Object.values(given).filter((source) => source !== undefined);
      const [only, ...more] = sources;
      if (only !== undefined && more.length === 0) return only;
      context.addIssue({
        code: 'custom',
        message: 'is not one source',
        params: { fix: 'one item of the list names one kind, for example - portal-session: { ... }' },
      });
      return z.NEVER;
    });
}

// The shape of palier.yaml: strict objects, every default written here or beside its section and nowhere else. What a
// value means is in config.ts; what contradicts another value is in contradictions.ts.
import { z } from 'zod';
import type {
  Config,
  Enrolment,
  ForeignLinks,
  Limits,
  RecordTypeSetting,
  SessionSetting,
  UpstreamTarget,
} from './config.ts';
import * as is from './scalars.ts';
import { budgets, type WrittenBudgets } from './schema-budgets.ts';
import { identitySource } from './schema-identity.ts';
import { forwardAuth, notify } from './schema-notify.ts';
import { stepUp } from './schema-oidc.ts';
import { route, type WrittenRoute } from './schema-routes.ts';
import { clientAddress } from './schema-sign-in.ts';
import { stores, type WrittenStores } from './schema-stores.ts';
import { maybe } from './shape.ts';
import { fileIn, type Surroundings } from './surroundings.ts';
import type { WrittenSource } from './written-source.ts';

type Compiled =
  | 'hosts'
  | 'upstreams'
  | 'defaultUpstream'
  | 'identity'
  | 'routes'
  | 'budgets'
  | 'stores'
  | 'sessions';

type WrittenSessions = Omit<SessionSetting, 'idle'> & { readonly idle: SessionSetting['idle'] | undefined };

/** A document of the right shape, before routes are compiled and what was left out is filled from elsewhere. */
export interface WrittenConfig extends Omit<Config, Compiled> {
  readonly hosts: readonly string[];
  readonly upstream: ReadonlyMap<string, UpstreamTarget>;
  readonly identity: readonly WrittenSource[];
  readonly routes: readonly WrittenRoute[];
  readonly budgets: WrittenBudgets;
  readonly sessions: WrittenSessions;
  readonly stores: WrittenStores;
}

/** `idle` left out depends on who watches for silence: compile.ts. */
const sessions: z.ZodType<WrittenSessions> = z
  .strictObject({
    idle: maybe(is.duration),
    lifetime: is.duration.prefault('12h'),
    cardIdle: is.duration.prefault('15m'),
  })
  .prefault({});

const limits: z.ZodType<Limits> = z
  .strictObject({
    body: is.size.prefault('10MiB'),
    answer: is.size.prefault('1MiB'),
    headTime: is.duration.prefault('15s'),
    bodyTime: is.duration.prefault('60s'),
    keepAlive: is.duration.prefault('15s'),
    upstreamTime: is.duration.prefault('30s'),
    connections: is.count(1, 100_000).default(10_000),
    upstreamSockets: is.count(1, 10_000).default(256),
  })
  .prefault({});

const foreignLinks: z.ZodType<ForeignLinks> = z
  .strictObject({
    counted: z
      .enum(['follow', 'ask'])
      .default('follow')
      .describe('what becomes of a link of another site that leads to a counted page'),
    except: z.array(is.pageOrigin).default([]).describe('origins whose links are followed all the same'),
  })
  .prefault({});

const keyAfterCode = z
  .union([z.literal('never'), is.duration])
  .meta({ description: 'never, or a duration with its unit (the weaker choice)', examples: ['never'] });

export function enrolment(surroundings: Surroundings): z.ZodType<Enrolment> {
  return z
    .strictObject({
      first: z
        .array(z.enum(['ticket', 'card']))
        .min(1)
        .default(['ticket']),
      keyAfterCode: keyAfterCode.prefault('never'),
      ticketLifetime: is.duration.prefault('72h'),
      cardClass: z.array(is.aaguid).default([]),
      attestationRoots: maybe(fileIn(surroundings)),
      metadata: maybe(fileIn(surroundings)),
      issuer: is.plain.prefault('Palier'),
    })
    .prefault({});
}

const length = z
  .union([
    is.count(1, 64).transform((exact) => ({ from: exact, to: exact })),
    z.strictObject({ from: is.count(1, 64), to: is.count(1, 64) }),
  ])
  .meta({ description: 'a length, exact or from and to', examples: [8] });

const recordType: z.ZodType<RecordTypeSetting> = z.strictObject({
  name: is.word,
  alphabet: z.enum(['digits', 'letters', 'alphanumeric', 'hexadecimal']),
  length,
  fold: z.enum(['upper', 'lower', 'none']).default('none'),
  strip: z.string().max(20).default(' ').describe('characters that carry no meaning and are taken out'),
});

function upstream(surroundings: Surroundings): z.ZodType<ReadonlyMap<string, UpstreamTarget>> {
  const target = z.strictObject({ url: is.origin, ca: maybe(fileIn(surroundings)), host: maybe(is.host) });
  return z
    .union([is.origin, z.record(is.word, target)])
    .meta({
      description: 'the address of the portal, or a map of names to { url, ca, host }',
      examples: ['http://127.0.0.1:8081'],
    })
    .transform((given) =>
      given instanceof URL
        ? new Map([['default', { url: given, ca: undefined, host: undefined }]])
        : new Map(Object.entries(given)),
    );
}

export function keys(surroundings: Surroundings): z.ZodType<Config['keys']> {
  return z.strictObject({ file: fileIn(surroundings) });
}

/** The whole document. `surroundings` says where files and secrets are. */
export function configSchema(surroundings: Surroundings): z.ZodType<WrittenConfig> {
  const file = fileIn(surroundings);
  return z.strictObject({
    listen: is.listenAddress.prefault('127.0.0.1:8080'),
    healthListen: is.listenAddress.prefault('127.0.0.1:9090'),
    tls: maybe(z.strictObject({ cert: file, key: file })),
    origin: is.origin,
    hosts: z.array(is.host).default([]),
    upstream: upstream(surroundings),
    mode: z.enum(['enforce', 'observe']).default('enforce'),
    identity: z.array(identitySource(surroundings)).min(1),
    stepUp: stepUp(surroundings),
    routes: z.array(route).min(1).max(20_000),
    recordTypes: z.array(recordType).default([]),
    budgets: budgets(surroundings),
    enrolment: enrolment(surroundings),
    sessions,
    stores: stores(surroundings),
    keys: keys(surroundings),
    ledger: z.strictObject({ directory: file, sealTo: maybe(file), retention: is.duration.prefault('365d') }),
    notify: notify(surroundings),
    foreignLinks,
    limits,
    forwardHeaders: z.array(is.headerName.transform((name) => name.toLowerCase())).default([]),
    clientAddress: maybe(clientAddress),
    forwardAuth: maybe(forwardAuth(surroundings)),
    log: z.strictObject({ file: maybe(file) }).prefault({}),
  });
}

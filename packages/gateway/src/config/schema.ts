// The shape of palier.yaml: strict objects, every default written here and nowhere else. What a value means is in
// config.ts; how problems are told, in parse.ts.
import { secondsOf } from '@palier/mfa-core';
import { z } from 'zod';
import * as is from './scalars.ts';
import { maybe, oneOrMore } from './shape.ts';
import { fileIn, type Surroundings } from './surroundings.ts';

const hours = (count: number): ReturnType<typeof secondsOf> => secondsOf(count * 3600);

/** A record rule as written: `{ from: path, name: nir, as: nir }`. */
const recordRule = z.discriminatedUnion('from', [
  z.strictObject({ from: z.enum(['path', 'query', 'form']), name: is.plain, as: is.word }),
  z.strictObject({ from: z.literal('json'), pointer: is.jsonPointer, as: is.word }),
  z.strictObject({
    from: z.literal('answer-json'),
    pointer: is.jsonPointer,
    as: is.word,
    atMost: is.count(1, 500).default(100),
  }),
  z.strictObject({
    from: z.literal('answer-header'),
    name: is.headerName,
    as: is.word,
    atMost: is.count(1, 500).default(100),
  }),
  z.strictObject({
    from: z.literal('answer-html'),
    selector: is.plain,
    attribute: maybe(is.plain),
    as: is.word,
    atMost: is.count(1, 500).default(100),
  }),
]);

const proofKind = z.enum(['totp', 'webauthn', 'recovery-code', 'card']);
const acceptWord = z.enum(['second-factor', 'phishing-resistant', 'card']);

const requirement = z.union([
  z.enum(['open', 'signed-in']),
  z.strictObject({ accept: z.union([acceptWord, z.array(proofKind).min(1)]), maxAge: is.duration }),
]);

const condition = z.strictObject({
  class: maybe(z.array(is.word).min(1)),
  group: maybe(z.array(is.plain).min(1)),
  network: maybe(z.array(is.network).min(1)),
  hours: maybe(
    z.strictObject({
      from: is.timeOfDay,
      to: is.timeOfDay,
      zone: is.timeZone.default('Europe/Paris'),
      days: z.array(is.count(1, 7)).default([1, 2, 3, 4, 5, 6, 7]),
    }),
  ),
});

const route = z.strictObject({
  match: is.routePattern,
  require: requirement,
  records: maybe(oneOrMore(recordRule)),
  query: maybe(z.array(is.plain)),
  body: maybe(z.strictObject({ types: z.array(is.mediaType).min(1), limit: is.size.default(65_536) })),
  client: maybe(z.enum(['page', 'program'])),
  upgrade: maybe(z.literal('websocket')),
  bind: z.enum(['session', 'request']).default('session'),
  upstream: maybe(is.word),
  fields: z.array(is.plain).default([]),
  when: maybe(condition),
});

const portalSession = z.strictObject({
  'portal-session': z.strictObject({
    cookie: is.cookieName,
    ask: is.path,
    account: is.jsonPointer,
    class: maybe(is.jsonPointer),
    organisation: maybe(is.jsonPointer),
    groups: maybe(is.jsonPointer),
    name: maybe(is.jsonPointer),
    upstream: maybe(is.word),
    cache: is.duration.default(secondsOf(5)),
    timeout: is.duration.default(secondsOf(5)),
    signIn: maybe(is.path),
    signOut: z.array(is.routePattern).default([]),
  }),
});

const presence = { records: is.count(1, 100_000), within: is.duration.default(hours(12)) };
const bounds = z.strictObject({ floor: is.count(1, 1_000_000), ceiling: is.count(1, 1_000_000) });

const budgetClass = z.strictObject({
  code: maybe(z.union([z.literal('none'), z.strictObject({ ...presence, day: is.count(1, 100_000) })])),
  key: maybe(
    z.strictObject({
      ...presence,
      accept: z.enum(['phishing-resistant', 'card']).default('phishing-resistant'),
    }),
  ),
  day: maybe(
    z.strictObject({
      floor: is.count(1, 1_000_000),
      ceiling: is.count(1, 1_000_000),
      cardCeiling: is.count(1, 1_000_000),
    }),
  ),
  newRecords: maybe(bounds),
  misses: maybe(is.count(1, 100_000)),
});

const recordType = z.strictObject({
  name: is.word,
  alphabet: z.enum(['digits', 'letters', 'alphanumeric', 'hexadecimal']),
  length: z.union([is.count(1, 64), z.strictObject({ from: is.count(1, 64), to: is.count(1, 64) })]),
  fold: z.enum(['upper', 'lower', 'none']).default('none'),
  strip: z.string().max(20).default(' '),
});

const document = (surroundings: Surroundings) => {
  const file = fileIn(surroundings);
  return z.strictObject({
    listen: is.listenAddress.default({ host: '127.0.0.1', port: 8080 }),
    healthListen: is.listenAddress.default({ host: '127.0.0.1', port: 9090 }),
    tls: maybe(z.strictObject({ cert: file, key: file })),
    origin: is.origin,
    hosts: z.array(is.host).default([]),
    upstream: z.union([
      is.httpUrl,
      z.record(is.word, z.strictObject({ url: is.httpUrl, ca: maybe(file), host: maybe(is.host) })),
    ]),
    mode: z.enum(['enforce', 'observe']).default('enforce'),
    identity: z.array(portalSession).min(1),
    routes: z.array(route).min(1),
    recordTypes: z.array(recordType).default([]),
    budgets: z
      .strictObject({
        classes: z.record(is.word, budgetClass).default({}),
        organisation: maybe(is.count(1, 10_000_000)),
        fleet: maybe(is.count(1, 100_000_000)),
      })
      .default({ classes: {}, organisation: undefined, fleet: undefined }),
    enrolment: z
      .strictObject({
        first: z.array(z.enum(['ticket', 'card'])).default(['ticket']),
        delay: is.duration.default(hours(72)),
        ticketLifetime: is.duration.default(hours(72)),
        cardClass: z.array(is.aaguid).default([]),
        issuer: is.plain.default('Palier'),
      })
      .prefault({}),
    sessions: z
      .strictObject({
        idle: is.duration.default(hours(1)),
        lifetime: is.duration.default(hours(12)),
        cardIdle: is.duration.default(secondsOf(900)),
      })
      .prefault({}),
    stores: z
      .strictObject({ durable: is.storeAddress.default('sqlite:palier.db'), shared: maybe(is.storeAddress) })
      .prefault({}),
    keys: z.strictObject({ file }),
    ledger: z.strictObject({
      directory: file,
      sealTo: maybe(file),
      retention: is.duration.default(hours(24 * 365)),
    }),
    limits: z
      .strictObject({
        body: is.size.default(10 * 1024 ** 2),
        answer: is.size.default(1024 ** 2),
        headTime: is.duration.default(secondsOf(15)),
        bodyTime: is.duration.default(secondsOf(60)),
        keepAlive: is.duration.default(secondsOf(15)),
        upstreamTime: is.duration.default(secondsOf(30)),
        connections: is.count(1, 100_000).default(10_000),
        upstreamSockets: is.count(1, 10_000).default(256),
      })
      .prefault({}),
    forwardHeaders: z.array(is.headerName).default([]),
    log: z
      .strictObject({ level: z.enum(['error', 'info', 'debug']).default('info'), file: maybe(file) })
      .prefault({}),
  });
};

type Document = ReturnType<typeof document>;

/** A document that passed the schema, before routes are compiled and stores resolved. */
export type WrittenConfig = z.output<Document>;

/** The whole document. `surroundings` says where relative files are. */
export function configSchema(surroundings: Surroundings): Document {
  return document(surroundings);
}

// What the kill switch needs of a configuration: where the stops are kept, and what tells of the sessions that end. Read
// apart from the rest, since an emergency does not wait until somebody has mended a route.
import { z } from 'zod';
import type { Config } from './config.ts';
import { type Objection, objectionsOf } from './issues.ts';
import { nearest } from './nearest.ts';
import { enrolment, keys } from './schema.ts';
import { notify } from './schema-notify.ts';
import { stores } from './schema-stores.ts';
import { type Sections, sectionsOf } from './sections.ts';
import { ofStorePairs } from './store-contradictions.ts';
import type { Surroundings } from './surroundings.ts';

export interface NeededToStop extends Pick<Config, 'stores' | 'notify' | 'enrolment'> {
  /** Undefined where the section cannot be read; a stop needs none. */
  readonly keys: Config['keys'] | undefined;
}

export interface Salvaged {
  readonly needed: NeededToStop;
  /** Sections that are written and could not be read, and of which something is left out for that. */
  readonly unread: readonly string[];
  /** As they are written, of the routes that can be read. */
  readonly routes: readonly string[];
}

/** Reads it from a text that is not sound; answers why not where `stores` itself cannot be read. */
export function neededToStop(
  text: string,
  surroundings: Surroundings,
): Salvaged | { readonly unusable: string } {
  const sections = sectionsOf(text);
  if (sections === undefined) return { unusable: 'the document is no list of keys' };
  const hidden = hiddenStores(text, sections);
  if (hidden !== undefined) return { unusable: hidden };
  const written = read(sections, 'stores', stores(surroundings));
  if ('objections' in written) return { unusable: wordsOf(written.objections) };
  const held = { ...written.value, shared: written.value.shared ?? written.value.durable };
  const contradictory = ofStorePairs(held);
  if (contradictory.length > 0) return { unusable: wordsOf(contradictory) };
  const told = read(sections, 'notify', notify(surroundings));
  const named = read(sections, 'enrolment', enrolment(surroundings));
  const key = read(sections, 'keys', keys(surroundings));
  return {
    needed: {
      stores: held,
      notify: 'value' in told ? told.value : notify(surroundings).parse(undefined),
      enrolment: 'value' in named ? named.value : enrolment(surroundings).parse(undefined),
      keys: 'value' in key ? key.value : undefined,
    },
    unread: [...unreadName('notify', told), ...unreadName('keys', key)],
    routes: routesIn(sections),
  };
}

type Read<Value> = { readonly value: Value } | { readonly objections: readonly Objection[] };

function read<Value>(sections: Sections, name: string, section: z.ZodType<Value>): Read<Value> {
  const schema = z.object({ [name]: section });
  const document = sections.has(name) ? { [name]: sections.get(name) } : {};
  const shaped = schema.safeParse(document);
  if (shaped.success) return { value: shaped.data[name] as Value };
  return { objections: shaped.error.issues.flatMap((issue) => objectionsOf(issue, schema, document)) };
}

/**
 * Stores that are not written are the default ones. Where they are written and cannot be read, or under a key that was
 * misspelt, the default is another place, and a stop in it would hold for nobody.
 */
function hiddenStores(text: string, sections: Sections): string | undefined {
  if (sections.has('stores')) return undefined;
  const misspelt = [...sections.keys()].find((name) => nearest(name, ['stores']) !== undefined);
  if (misspelt !== undefined) return `"${misspelt}" stands where stores is meant`;
  const isWritten = text.split('\n').some((line) => /^[^#]*\bstores\b["']?\s*:/.test(line));
  return isWritten ? 'it is written where it cannot be read, or twice' : undefined;
}

function wordsOf(objections: readonly Objection[]): string {
  return objections.map(({ path, problem, fix }) => `${path.join('.')}: ${problem}; ${fix}`).join('\n    ');
}

function unreadName(name: string, section: Read<unknown>): readonly string[] {
  return 'value' in section ? [] : [name];
}

function routesIn(sections: Sections): readonly string[] {
  const routes = sections.get('routes');
  if (!Array.isArray(routes)) return [];
  return routes.flatMap((route: unknown) =>
    typeof route === 'object' && route !== null && 'match' in route && typeof route.match === 'string'
      ? [route.match]
      : [],
  );
}

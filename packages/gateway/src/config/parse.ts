// From the text of palier.yaml to a configuration, or to every problem at once with line, column and fix.
import { compileConfig } from './compile.ts';
import type { Config, ConfigProblem } from './config.ts';
import { readDocument } from './document.ts';
import { type Objection, objectionsOf, type Path } from './issues.ts';
import { withoutFollowing } from './misspelt.ts';
import { configSchema } from './schema.ts';
import type { Surroundings } from './surroundings.ts';

export type ParsedConfig =
  | {
      readonly config: Config;
      /** Gives an objection of somebody else's (to a file, say) its line. */
      readonly place: (objection: Objection) => ConfigProblem;
    }
  | { readonly problems: readonly ConfigProblem[] };

/**
 * Reads a configuration. What has the wrong shape is told together with what contradicts itself in the rest, in the
 * order of the lines. Pure but for the files and variables that `surroundings` gives.
 */
export function parseConfig(text: string, surroundings: Surroundings): ParsedConfig {
  const document = readDocument(text);
  if ('problems' in document) return document;
  const { place } = document;
  const lineOf = (index: number): number => place({ path: ['routes', index], problem: '', fix: '' }).line;
  const judged = judge(document.value ?? {}, surroundings, lineOf);
  if ('config' in judged) return { ...judged, place };
  const problems = judged.objections.map(place);
  return { problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

type Judged = { readonly config: Config } | { readonly objections: readonly Objection[] };

function judge(value: unknown, surroundings: Surroundings, lineOf: (index: number) => number): Judged {
  const schema = configSchema(surroundings);
  const shaped = schema.safeParse(value);
  if (shaped.success) {
    const { config, objections } = compileConfig(shaped.data, lineOf);
    return objections.length === 0 ? { config } : { objections };
  }
  const objections = withoutFollowing(
    shaped.error.issues.flatMap((issue) => objectionsOf(issue, schema, value)),
  );
  const rest = withoutBroken(
    value,
    shaped.error.issues.map(({ path }) => path),
  );
  const again = rest === undefined ? undefined : schema.safeParse(rest.value);
  if (rest === undefined || again?.success !== true) return { objections };
  const more = compileConfig(again.data, (index) => lineOf(rest.indexes[index] ?? index));
  const told = more.objections.filter((one) => one.overAll !== true);
  return { objections: [...objections, ...told.map((one) => movedBack(one, rest.indexes))] };
}

interface Rest {
  readonly value: unknown;
  /** Where each route that is left stood before. */
  readonly indexes: readonly number[];
}

/** The document without its broken routes; undefined when something else is broken, on which routes may rest. */
function withoutBroken(value: unknown, paths: readonly (readonly PropertyKey[])[]): Rest | undefined {
  const broken = new Set(
    paths.map((path) => (path[0] === 'routes' && typeof path[1] === 'number' ? path[1] : -1)),
  );
  if (
    broken.has(-1) ||
    typeof value !== 'object' ||
    value === null ||
    !('routes' in value) ||
    !Array.isArray(value.routes)
  ) {
    return undefined;
  }
  const kept = value.routes
    .map((route: unknown, index) => ({ route, index }))
    .filter(({ index }) => !broken.has(index));
  return {
    value: { ...value, routes: kept.map(({ route }) => route) },
    indexes: kept.map(({ index }) => index),
  };
}

function movedBack(objection: Objection, indexes: readonly number[]): Objection {
  const [head, index, ...tail] = objection.path;
  if (head !== 'routes' || typeof index !== 'number') return objection;
  const path: Path = ['routes', indexes[index] ?? index, ...tail];
  return { ...objection, path };
}

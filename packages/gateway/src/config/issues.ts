// From what the schema objects to, to what an operator reads: the value, what is wrong with it, and how to write it.
// Explanations come from the schema's own descriptions and examples, so that they cannot fall behind it.
import { z } from 'zod';
import { meantAmong, nearest } from './nearest.ts';

export type Path = readonly (string | number)[];

/** A problem before it has a line. */
export interface Objection {
  readonly path: Path;
  readonly problem: string;
  readonly fix: string;
  /** Of a key that was misspelt: the one that was meant. */
  readonly meant?: string;
  /** Rests on every route: not to be told while one of them cannot be read. */
  readonly overAll?: true;
}

export function objection(path: Path, problem: string, fix: string): Objection {
  return { path, problem, fix };
}

export function overAll(one: Objection): Objection {
  return { ...one, overAll: true };
}

/** The problem of a key that is not there. */
export const missing = 'is missing';

type Issue = z.core.$ZodIssue;
type Node = z.core.$ZodType;

/** Every objection in one issue; `document` is what the schema was given. */
export function objectionsOf(issue: Issue, schema: Node, document: unknown): readonly Objection[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, schema));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return closest(issue.errors).flatMap((inner) =>
      objectionsOf({ ...inner, path: [...path, ...inner.path] }, schema, document),
    );
  }
  const value = valueAt(document, path);
  const words = issue.code === 'invalid_union' ? wordsAt(schema, path) : [];
  if (words.length > 0) return [unknownWord(path, value, words)];
  return [shapeObjection(issue, path, schema, value)];
}

/** What stands where a word says which form the rest has, and is none of those words. */
function unknownWord(path: Path, value: unknown, words: readonly string[]): Objection {
  const meant = typeof value === 'string' ? meantAmong(value, words) : [];
  const fix = `write ${(meant.length === 0 ? words : meant).join(' or ')}`;
  if (value === undefined) return objection(path, missing, fix);
  return objection(path, `${show(value)} is not one of ${words.join(', ')}`, fix);
}

/** The words that may stand there, of all the forms. */
function wordsAt(schema: Node, path: Path): readonly string[] {
  return nodesAt(schema, path).flatMap(({ _zod: { def } }) => {
    if ('entries' in def) return Object.values(def.entries as Readonly<Record<string, string>>);
    return 'values' in def ? (def.values as readonly unknown[]).map(String) : [];
  });
}

/** Of a union, the branch that came closest speaks: the one that got deepest, then the one with the fewest issues. */
function closest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]): number =>
    Math.max(0, ...issues.map((one) => one.path.length + (one.code === 'unrecognized_keys' ? 1 : 0)));
  const missing = (issues: readonly Issue[]): number =>
    issues.filter(({ code }) => code === 'invalid_type').length;
  return (
    branches.toSorted((a, b) => depth(b) - depth(a) || missing(a) - missing(b) || a.length - b.length)[0] ??
    []
  );
}

function unknownKey(path: Path, key: string, schema: Node): Objection {
  const known = nodesAt(schema, path).flatMap((node) =>
    'shape' in node._zod.def ? Object.keys(shapeOf(node)) : [],
  );
  const told = { path: [...path, key], problem: `unknown key "${key}"` };
  const meant = nearest(key, known);
  const fix = renamed.get([...path, key].join('.'));
  if (fix !== undefined || meant === undefined)
    return { ...told, fix: fix ?? `known here: ${known.join(', ')}` };
  return { ...told, fix: `did you mean "${meant}"?`, meant };
}

/** Keys of earlier versions whose place another one took, with what is to be thought of. */
const renamed: ReadonlyMap<string, string> = new Map([
  [
    'enrolment.delay',
    'it is called keyAfterCode now: write never (the default), or the duration, which is the weaker choice',
  ],
]);

function shapeObjection(issue: Issue, path: Path, schema: Node, value: unknown): Objection {
  const { description, example, secret } = meaningOf(nodesAt(schema, path));
  const given = issue.code === 'custom' ? issue.params?.['fix'] : undefined;
  const fix = typeof given === 'string' ? given : fixOf(issue, description, example);
  if (value === undefined && issue.code !== 'custom') return { path, problem: missing, fix };
  const shown = secret || value === undefined ? '' : `${show(value)} `;
  return { path, problem: `${shown}${wrongWith(issue, description)}`, fix };
}

function wrongWith(issue: Issue, description: string | undefined): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'invalid_value') return `is not one of ${issue.values.map(String).join(', ')}`;
  return description === undefined ? `does not fit: ${issue.message}` : `is not ${description}`;
}

function fixOf(issue: Issue, description: string | undefined, example: unknown): string {
  if (issue.code === 'invalid_value' && description === undefined)
    return `write ${issue.values.map(String).join(' or ')}`;
  if (description === undefined) return 'compare it with the example that palier init writes';
  return example === undefined
    ? `write ${description}`
    : `write ${description}, for example ${show(example)}`;
}

/** At most sixty characters, as the operator would write them, and no password of a URL. */
function show(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(/:\/\/[^/@\s]*@/g, '://...@');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

interface Meaning {
  readonly description: string | undefined;
  readonly example: unknown;
  readonly secret: boolean;
}

function meaningOf(nodes: readonly Node[]): Meaning {
  const told = nodes
    .map((node) => z.globalRegistry.get(node))
    .find((meta) => meta?.description !== undefined);
  const examples: unknown = told?.['examples'];
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return {
    description: told?.description,
    example,
    secret: told?.['writeOnly'] === true,
  };
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.getOwnPropertyDescriptor(value, step)?.value;
  }, document);
}

/** The schemas that a path can lead to, wrappers opened, outermost first. */
function nodesAt(schema: Node, path: Path): readonly Node[] {
  return path.reduce<readonly Node[]>(
    (nodes, step) => nodes.flatMap((node) => childrenOf(node, step)).flatMap(opened),
    opened(schema),
  );
}

function opened(node: Node): readonly Node[] {
  const def = node._zod.def;
  if ('innerType' in def) return [node, ...opened(def.innerType as Node)];
  if ('in' in def) return [node, ...opened(def.in as Node)];
  if ('options' in def) return [node, ...(def.options as readonly Node[]).flatMap(opened)];
  return [node];
}

function childrenOf(node: Node, step: string | number): readonly Node[] {
  const def = node._zod.def;
  if ('shape' in def) return Object.hasOwn(shapeOf(node), step) ? [shapeOf(node)[step] as Node] : [];
  if ('element' in def) return [def.element as Node];
  return 'valueType' in def ? [def.valueType as Node] : [];
}

function shapeOf(node: Node): Readonly<Record<string, Node>> {
  const def = node._zod.def;
  return 'shape' in def ? (def.shape as Record<string, Node>) : {};
}

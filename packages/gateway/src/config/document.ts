// The text of palier.yaml as one document with positions: YAML 1.2 core schema, no duplicate keys, no aliases, no tags,
// no second document. Two readers of such a text cannot disagree.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import type { ConfigProblem } from './config.ts';
import type { Objection, Path } from './issues.ts';

export interface PlacedDocument {
  readonly value: unknown;
  /** Gives an objection its line: that of the key or item, or of the nearest one above it. */
  readonly place: (objection: Objection) => ConfigProblem;
}

/** A configuration is some hundreds of lines; more than this is a mistake or an attack on the parser. */
const longest = 4 * 1024 * 1024;

export function readDocument(text: string): PlacedDocument | { readonly problems: readonly ConfigProblem[] } {
  const lines = new LineCounter();
  if (text.length > longest)
    return {
      problems: [
        { line: 1, column: 1, path: '', problem: 'is longer than 4 MiB', fix: 'name the right file' },
      ],
    };
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    strict: true,
    merge: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const at = (offset: number, path: string, problem: string, fix: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), path, problem, fix };
  };
  const [slip, ...more] = [...document.errors, ...document.warnings]
    .filter(({ code }) => code !== 'DUPLICATE_KEY')
    .toSorted((a, b) => a.pos[0] - b.pos[0]);
  // One wrong indent is told at every line below it: what is behind the first is rarely a problem of its own.
  if (slip !== undefined) {
    const lineOf = ({ pos }: { readonly pos: readonly [number, number] }): number =>
      lines.linePos(pos[0]).line;
    const below = new Set(more.map(lineOf).filter((line) => line !== lineOf(slip))).size;
    const others = below === 0 ? '' : ` (and at ${below} more line(s) below, which may follow from it)`;
    const fix = 'mend the YAML here first: look at the indent, and at quotes and brackets left open';
    return { problems: [at(slip.pos[0], '', `${sentence(slip.message)}${others}`, fix)] };
  }
  const twice = document.errors.map(({ message, pos }) =>
    at(pos[0], '', sentence(message), 'keep one of the two'),
  );
  const unread = refusedNodes(document).map(({ offset, problem, fix }) => at(offset, '', problem, fix));
  if (twice.length + unread.length > 0) return { problems: [...twice, ...unread] };
  return {
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    place: ({ path, problem, fix }) => at(offsetOf(document, path), spelled(path), problem, fix),
  };
}

function sentence(message: string): string {
  const first = message.split('\n')[0] ?? message;
  return first.charAt(0).toLowerCase() + first.slice(1);
}

interface Refused {
  readonly offset: number;
  readonly problem: string;
  readonly fix: string;
}

/** Aliases, anchors, tags and keys that are no text: each a way to write one thing and have another read. */
function refusedNodes(document: Document): readonly Refused[] {
  const refused: Refused[] = [];
  const tell = (node: { readonly range?: readonly number[] | null }, problem: string, fix: string): void => {
    refused.push({ offset: node.range?.[0] ?? 0, problem, fix });
  };
  visit(document, {
    Alias: (_key, node) => tell(node, 'aliases are not read', 'write the value out'),
    Node: (_key, node) => {
      if (isAlias(node)) return;
      if (node.anchor !== undefined) tell(node, 'anchors are not read', `remove &${node.anchor}`);
      if (node.tag !== undefined) tell(node, 'tags are not read', `remove ${node.tag}`);
    },
    Pair: (_key, { key }) => {
      if (isNode(key) && !(isScalar(key) && typeof key.value === 'string'))
        tell(key, 'a key that is no text', 'write the key in quotes');
    },
  });
  return refused;
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    const next = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === String(step))
      : isSeq(node) && typeof step === 'number'
        ? { key: node.items[step], value: node.items[step] }
        : undefined;
    if (next === undefined) return offset;
    offset = (isNode(next.key) ? next.key.range?.[0] : undefined) ?? offset;
    node = next.value;
  }
  return offset;
}

/** `routes[3].records.as`. */
function spelled(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}

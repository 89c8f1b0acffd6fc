// Addresses that no line declares and that the portal knows: what observe mode is there to find before default deny makes
// a 404 of them. Whoever asks chooses what is in an address, and a person's number, name or token may be: so a piece of it
// is shown only where it is a word of the policy, stands first, or was asked for often among few others.
import type { Policy } from '../policy/policy.ts';
import type { TrieNode } from '../policy/trie.ts';
import type { CanonicalRequest } from '../request/request.ts';

export interface UndeclaredAddress {
  readonly method: string;
  /** `/messages/{…}`; `…` where it goes on, `(others)` for all beyond the bounds. */
  readonly address: string;
  readonly count: number;
}

export interface UndeclaredAddresses {
  /** The portal answered an address that no line declares. */
  note(request: Asked, policy: Policy): void;
  rows(): readonly UndeclaredAddress[];
}

type Asked = Pick<CanonicalRequest, 'method' | 'segments'>;

interface Piece {
  readonly text: string;
  /** Whether it can be shown whatever else was asked. */
  readonly sure: boolean;
}

interface Kept {
  readonly method: string;
  readonly pieces: readonly Piece[];
  readonly count: number;
}

const hidden: Piece = { text: '{…}', sure: true };
const onwards: Piece = { text: '…', sure: true };

const deepest = 8;
const mostKept = 500;
const mostShown = 100;
/** A page of the portal is asked for again and again; a person's name is one of many. */
const leastTimes = 10;
const mostSiblings = 32;

export function createUndeclaredAddresses(): UndeclaredAddresses {
  const kept = new Map<string, Kept>();
  let others = 0;
  return {
    note: ({ method, segments }, policy) => {
      const pieces = piecesOf(segments, policy);
      const key = [method, ...pieces.map(({ text }) => text)].join('/');
      const count = kept.get(key)?.count ?? 0;
      if (count === 0 && kept.size >= mostKept) others += 1;
      else kept.set(key, { method, pieces, count: count + 1 });
    },
    rows: () => shownOf([...kept.values()], others),
  };
}

/** For a line of the log, which goes by nothing but itself. */
export function shownAddress({ segments }: Pick<Asked, 'segments'>, policy: Policy): string {
  return pathOf(piecesOf(segments, policy).map((piece) => (piece.sure ? piece : hidden)));
}

function piecesOf(segments: readonly string[], { trie }: Policy): readonly Piece[] {
  let nodes: readonly TrieNode[] = [trie];
  const pieces = segments.slice(0, deepest).map((text, depth): Piece => {
    const literals = nodes.flatMap((node) => node.literals?.get(text) ?? []);
    const parameters = nodes.flatMap(({ parameter }) => parameter ?? []);
    nodes = [...literals, ...parameters];
    if (literals.length > 0 || text === '') return { text, sure: true };
    return parameters.length > 0 || !isWord(text) ? hidden : { text, sure: depth === 0 };
  });
  return segments.length > deepest ? [...pieces, onwards] : pieces;
}

/** As people name pages: words of plain letters, with a small number behind one at most (`v2`, `fiche-patient.do`). */
function isWord(text: string): boolean {
  return text.length <= 40 && /^[A-Za-z]{1,20}\d{0,2}(?:[-_.][A-Za-z]{1,20}\d{0,2}){0,4}$/.test(text);
}

function shownOf(kept: readonly Kept[], others: number): readonly UndeclaredAddress[] {
  const counts = new Map<string, UndeclaredAddress>();
  for (const { method, pieces, count } of folded(kept, 0)) {
    const address = pathOf(pieces);
    const key = `${method} ${address}`;
    counts.set(key, { method, address, count: count + (counts.get(key)?.count ?? 0) });
  }
  const sorted = [...counts.values()].toSorted((one, two) => two.count - one.count);
  const rest = sorted.slice(mostShown).reduce((sum, { count }) => sum + count, others);
  const shown = sorted.slice(0, mostShown);
  return rest === 0 ? shown : [...shown, { method: '-', address: '(others)', count: rest }];
}

/** Words that are not sure stay where they were asked for often and have few beside them; the others become one. */
function folded(kept: readonly Kept[], depth: number): readonly Kept[] {
  if (kept.length === 0) return [];
  const isOver = ({ pieces }: Kept): boolean => pieces.length <= depth;
  const unsure = Map.groupBy(
    kept.filter(({ pieces }) => pieces[depth]?.sure === false),
    ({ pieces }) => pieces[depth]?.text,
  );
  const stays = (text: string): boolean =>
    unsure.size <= mostSiblings && sumOf(unsure.get(text) ?? []) >= leastTimes;
  const masked = kept.map((one): Kept => {
    const piece = one.pieces[depth];
    if (piece === undefined || piece.sure || stays(piece.text)) return one;
    return { ...one, pieces: one.pieces.with(depth, hidden) };
  });
  const below = Map.groupBy(
    masked.filter((one) => !isOver(one)),
    ({ pieces }) => pieces[depth]?.text,
  );
  return [...masked.filter(isOver), ...[...below.values()].flatMap((same) => folded(same, depth + 1))];
}

function sumOf(kept: readonly Kept[]): number {
  return kept.reduce((sum, { count }) => sum + count, 0);
}

function pathOf(pieces: readonly Piece[]): string {
  return `/${pieces.map(({ text }) => text).join('/')}`;
}

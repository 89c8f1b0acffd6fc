// HTML as a value of its own: the only way to make it is the `html` tag, which escapes everything that is
// not already HTML. A string can not become markup by accident.

const markup: unique symbol = Symbol('markup');

/** A piece of HTML. */
export interface Html {
  readonly [markup]: string;
}

/** What may stand in a template; undefined and false print nothing. */
export type Piece = Html | string | number | false | undefined | readonly Html[];

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Makes HTML from a template, escaping its values; values in attributes must be quoted. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let text = parts[0] ?? '';
  for (const [i, piece] of pieces.entries()) text += print(piece) + (parts[i + 1] ?? '');
  return { [markup]: text };
}

/** Gives the text of a piece of HTML. */
export function markupOf(piece: Html): string {
  return piece[markup];
}

function print(piece: Piece): string {
  if (piece === undefined || piece === false) return '';
  if (typeof piece === 'string')
    return piece.replace(/[&<>"']/g, (character) => ESCAPES.get(character) ?? '');
  if (typeof piece === 'number') return String(piece);
  return markup in piece ? piece[markup] : piece.map(markupOf).join('');
}

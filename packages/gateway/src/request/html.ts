// Texts of a page at a CSS selector, as a browser would find them: parse5 builds the tree a browser builds, mistakes and
// all. UTF-8 only; scripts are not run, and nothing is fetched.
import { compile, selectAll } from 'css-select';
import { type AnyNode, type ChildNode, type Element, isTag, isText } from 'domhandler';
import { parse } from 'parse5';
import { adapter } from 'parse5-htmlparser2-tree-adapter';

/** A page that was read. */
export type HtmlDocument = AnyNode;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Undefined when the bytes are no UTF-8. */
export function readHtml(bytes: Uint8Array): HtmlDocument | undefined {
  try {
    return parse(utf8.decode(bytes), { treeAdapter: adapter });
  } catch {
    return undefined;
  }
}

/** Whether the text is a CSS selector that can be asked for. */
export function isSelector(text: string): boolean {
  try {
    compile(text);
    return true;
  } catch {
    return false;
  }
}

/** The text of every hit, or its attribute; undefined when a hit lacks the attribute. */
export function textsAt(
  document: HtmlDocument,
  selector: string,
  attribute: string | undefined,
): readonly string[] | undefined {
  const hits = selectAll<AnyNode, Element>(selector, document);
  const texts = hits.map((hit) => (attribute === undefined ? textIn(hit).trim() : hit.attribs[attribute]));
  const named = texts.filter((text) => text !== undefined);
  return named.length === texts.length ? named : undefined;
}

function textIn(node: Element): string {
  return node.children
    .map((child: ChildNode) => (isText(child) ? child.data : isTag(child) ? textIn(child) : ''))
    .join('');
}

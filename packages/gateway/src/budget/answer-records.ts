// Whose records an answer shows, on routes where only the answer tells. What cannot be read is `unreadable`, and the
// caller withholds it whole.
import { selectAll } from 'css-select';
import { type AnyNode, type ChildNode, type Element, isTag, isText } from 'domhandler';
import { parse } from 'parse5';
import { adapter } from 'parse5-htmlparser2-tree-adapter';
import type { Route } from '../policy/route.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { parseStrictJson, readPointer } from '../request/strict-json.ts';
import type { RecordKeys } from './record-keys.ts';
import type { CountedRecord, RecordRule } from './record-rule.ts';

export type AnswerRule = Extract<RecordRule, { readonly from: 'answer-json' | 'answer-header' | 'answer-html' }>;
type Head = Pick<Exchange, 'status' | 'headers'>;

export function answerRules(route: Route): readonly AnswerRule[] {
  return route.records.filter((rule): rule is AnswerRule => rule.from.startsWith('answer'));
}

/** Distinct records over all rules. An error answer (status 300 and up, 401 and the like) shows nobody and may be of any type. */
export function recordsOfAnswer(rules: readonly AnswerRule[], head: Head, bytes: Uint8Array, keys: RecordKeys): readonly CountedRecord[] | 'unreadable' {
  if (head.status >= 300) return [];
  if (headerValues(head, 'content-encoding').some((value) => value.toLowerCase() !== 'identity')) return 'unreadable';
  const found = new Map<string, CountedRecord>();
  for (const rule of rules) {
    const texts = textsOf(rule, head, bytes);
    if (texts === 'unreadable' || texts.length > rule.atMost) return 'unreadable';
    for (const text of texts) {
      const record = keys.record(rule.as, text);
      if (record === undefined) return 'unreadable';
      found.set(record.digest, record);
    }
  }
  return [...found.values()];
}

function headerValues(head: Head, name: string): readonly string[] {
  return head.headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

function textsOf(rule: AnswerRule, head: Head, bytes: Uint8Array): readonly string[] | 'unreadable' {
  if (rule.from === 'answer-header') return fromHeader(rule.name.toLowerCase(), head);
  const type = headerValues(head, 'content-type')[0]?.toLowerCase() ?? '';
  if (rule.from === 'answer-json') return /^application\/(?:[a-z0-9.+-]*\+)?json(?:;|$)/.test(type) ? fromJson(rule.pointer, bytes) : 'unreadable';
  return type.startsWith('text/html') ? fromHtml(rule, bytes) : 'unreadable';
}

/** A portal that names its records must name them in every good answer: an absent header is a portal that changed. */
function fromHeader(name: string, head: Head): readonly string[] | 'unreadable' {
  const values = headerValues(head, name);
  return values.length === 0 ? 'unreadable' : values.flatMap((value) => value.split(',')).map((text) => text.trim()).filter((text) => text !== '');
}

function fromJson(pointer: string, bytes: Uint8Array): readonly string[] | 'unreadable' {
  const json = parseStrictJson(bytes, { depth: 64, members: 200_000 });
  if ('refused' in json) return 'unreadable';
  const scalars = readPointer(json, pointer);
  if ('refused' in scalars) return 'unreadable';
  return scalars.flatMap((scalar) => (scalar.kind === 'string' || scalar.kind === 'number' ? [scalar.text] : []));
}

function fromHtml(rule: Extract<AnswerRule, { readonly from: 'answer-html' }>, bytes: Uint8Array): readonly string[] {
  const document = parse(new TextDecoder().decode(bytes), { treeAdapter: adapter });
  const hits = selectAll<AnyNode, Element>(rule.selector, document);
  return hits.map((hit) => (rule.attribute === undefined ? textIn(hit).trim() : (hit.attribs[rule.attribute] ?? '')));
}

function textIn(node: Element): string {
  return node.children.map((child: ChildNode) => (isText(child) ? child.data : isTag(child) ? textIn(child) : '')).join('');
}

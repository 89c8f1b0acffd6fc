// Whose records an answer shows, on routes where only the answer tells. What cannot be read for sure is `unreadable`,
// and the caller withholds it whole: a portal that changed its answers must not become a portal that is not counted.
import type { Route } from '../policy/route.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { readHtml, textsAt } from '../request/html.ts';
import { readPointer } from '../request/json-pointer.ts';
import { parseStrictJson } from '../request/strict-json.ts';
import type { RecordKeys } from './record-keys.ts';
import type { CountedRecord, RecordRule } from './record-rule.ts';

export type AnswerRule = Extract<
  RecordRule,
  { readonly from: 'answer-json' | 'answer-header' | 'answer-html' }
>;
type Head = Pick<Exchange, 'status' | 'headers'>;
type Texts = readonly string[] | 'unreadable';

const jsonLimits = { depth: 64, members: 200_000 };

export function answerRules(route: Route): readonly AnswerRule[] {
  return route.records.filter((rule): rule is AnswerRule => rule.from.startsWith('answer'));
}

/**
 * Distinct records over all rules. Error answers and redirects (300 and up, but 304) show whom the rules can read in
 * them: a form that comes back with its persons. They come in every shape, so what cannot be read there shows nobody.
 * Parts (206) and "as before" (304) cannot be counted; 204 and 205 have no body. More records than a rule's `atMost` are
 * not counted in part: the answer is unreadable.
 */
export function recordsOfAnswer(
  rules: readonly AnswerRule[],
  head: Head,
  bytes: Uint8Array,
  keys: RecordKeys,
): readonly CountedRecord[] | 'unreadable' {
  if (head.status === 206 || head.status === 304) return 'unreadable';
  if (bytes.length === 0 && (head.status === 204 || head.status === 205)) return [];
  const found = new Map<string, CountedRecord>();
  for (const rule of rules) {
    const records = recordsBy(rule, head, bytes, keys);
    if (records === 'unreadable' && head.status >= 300) continue;
    if (records === 'unreadable' || records.size > rule.atMost) return 'unreadable';
    for (const [digest, record] of records) found.set(digest, record);
  }
  return [...found.values()];
}

function recordsBy(
  rule: AnswerRule,
  head: Head,
  bytes: Uint8Array,
  keys: RecordKeys,
): ReadonlyMap<string, CountedRecord> | 'unreadable' {
  if (headerValues(head, 'content-encoding').some((value) => value.toLowerCase() !== 'identity'))
    return 'unreadable';
  const texts = textsOf(rule, head, bytes);
  if (texts === 'unreadable') return 'unreadable';
  const records = texts.map((text) => keys.record(rule.as, text)).filter((record) => record !== undefined);
  if (records.length !== texts.length) return 'unreadable';
  return new Map(records.map((record) => [record.digest, record]));
}

function headerValues(head: Head, name: string): readonly string[] {
  return head.headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

function textsOf(rule: AnswerRule, head: Head, bytes: Uint8Array): Texts {
  if (rule.from === 'answer-header') return fromHeader(rule.name.toLowerCase(), head);
  const type = typeOf(head);
  if (rule.from === 'answer-json')
    return /^application\/(?:[a-z0-9.-]+\+)?json$/.test(type) ? fromJson(rule.pointer, bytes) : 'unreadable';
  return type === 'text/html' ? fromHtml(rule, bytes) : 'unreadable';
}

/** The media type when it is single and its charset, if any, is UTF-8: in another charset the browser reads other digits (A100). */
function typeOf(head: Head): string {
  const [value, ...others] = headerValues(head, 'content-type');
  if (value === undefined || others.length > 0) return '';
  const [type = '', ...parameters] = value
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset='));
  return charsets.every((charset) => /^charset="?utf-?8"?$/.test(charset)) ? type : '';
}

/** A portal that names its records names them in every good answer, if only with an empty header. */
function fromHeader(name: string, head: Head): Texts {
  const values = headerValues(head, name);
  if (values.length === 0) return 'unreadable';
  const texts = values.flatMap((value) => value.split(',')).map((text) => text.trim());
  return texts.filter((text) => text !== '');
}

/** A pointer must lead somewhere; an empty list is said with an empty array. */
function fromJson(pointer: string, bytes: Uint8Array): Texts {
  const json = parseStrictJson(bytes, jsonLimits);
  if ('refused' in json) return 'unreadable';
  const walks = pointer.split('/').includes('*');
  const scalars = readPointer(json, pointer);
  if ('refused' in scalars || (scalars.length === 0 && !(walks && leadsToArray(pointer, json))))
    return 'unreadable';
  const texts = scalars.flatMap((scalar) =>
    scalar.kind === 'string' || scalar.kind === 'number' ? [scalar.text] : [],
  );
  return texts.length === scalars.length ? texts : 'unreadable';
}

/** Whether an array stands before the first `*`: the pointer up to it must name something that is no scalar. */
function leadsToArray(pointer: string, json: Parameters<typeof readPointer>[0]): boolean {
  const steps = pointer.split('/');
  const before = readPointer(json, steps.slice(0, steps.indexOf('*')).join('/'));
  return 'refused' in before && before.refused === 'not-scalar';
}

/** No hit is nobody: a page without results looks like that. A portal whose pages change should send the header instead. */
function fromHtml(
  { selector, attribute }: Extract<AnswerRule, { readonly from: 'answer-html' }>,
  bytes: Uint8Array,
): Texts {
  const document = readHtml(bytes);
  return document === undefined ? 'unreadable' : (textsAt(document, selector, attribute) ?? 'unreadable');
}

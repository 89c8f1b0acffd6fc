// Whose records a request asks for. Every declared place must be there, be readable, and the places must agree; what
// cannot be read for sure is refused, never counted as nobody (attacks.md G6). Types, lengths and undeclared parts were
// judged before, by policy/admit.ts.
import type { Matched, Route } from '../policy/route.ts';
import { readPointer } from '../request/json-pointer.ts';
import { type Pairs, parseQuery } from '../request/query.ts';
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import { type JsonValue, parseStrictJson } from '../request/strict-json.ts';
import { type Stray, strayField, strayMember } from './declared-members.ts';
import type { RecordKeys } from './record-keys.ts';
import type { CountedRecord, RecordRule } from './record-rule.ts';

export interface RequestRecords {
  /** Each person once, in the order of the places. */
  readonly records: readonly CountedRecord[];
  /** The body, when it was read to count; the proxy sends these bytes. */
  readonly bytes: Uint8Array | undefined;
}

type Refused = { readonly refusal: Refusal };
type Texts = readonly string[] | Refused;
type RequestRule = Extract<RecordRule, { readonly from: 'path' | 'query' | 'form' | 'json' }>;

/** The most persons one request may name. */
const mostRecords = 500;
const bodyLimit = 65_536;
const jsonLimits = { depth: 32, members: 20_000 };

/**
 * Reads the declared places. When several places name records of one type (path and body, say) each must name the same
 * persons: which one the portal would believe is nobody's guess. Several pointers into one body are added up.
 */
export async function recordsOfRequest(
  { route, parameters }: Matched,
  request: Pick<CanonicalRequest, 'query' | 'bodyLength' | 'headers'>,
  readBody: (limit: number) => Promise<Uint8Array | Refusal>,
  keys: RecordKeys,
): Promise<RequestRecords | Refused> {
  const rules = route.records.filter((rule): rule is RequestRule => !rule.from.startsWith('answer'));
  if (rules.length === 0) return questionIn(route, request, readBody);
  const form = bodyForm(route, rules, request);
  const bytes = form === undefined ? undefined : await readBody(route.body?.limit ?? bodyLimit);
  if (bytes !== undefined && 'status' in bytes) return { refusal: bytes };
  const read = readAs(form, bytes);
  const stray = strayIn(read, route);
  if (stray !== undefined) return stray;
  const places = placesOf(parameters, request.query, read);
  const named = new Map<string, Map<string, CountedRecord>>();
  for (const rule of rules) {
    const texts = places[rule.from](rule);
    if ('refusal' in texts) return texts;
    const flaw = name(named, rule, texts, keys);
    if (flaw !== undefined) return refused(flaw, rule.as);
  }
  const records = agreed(named);
  if (records === undefined) return refused('record-ids-disagree');
  return records.length > mostRecords ? refused('too-many-records') : { records, bytes };
}

/**
 * Where only the answer names persons the body is the question: read when it is short, so that each question nobody
 * matches is one miss and a form that has to wait for a gesture can be held. A long one streams by.
 */
async function questionIn(
  { body }: Route,
  { bodyLength }: Pick<CanonicalRequest, 'bodyLength'>,
  readBody: (limit: number) => Promise<Uint8Array | Refusal>,
): Promise<RequestRecords | Refused> {
  const isShort = bodyLength === 'chunked' || bodyLength <= bodyLimit;
  if (bodyLength === 0 || !isShort) return { records: [], bytes: undefined };
  const bytes = await readBody(body?.limit ?? bodyLimit);
  return 'status' in bytes ? { refusal: bytes } : { records: [], bytes };
}

/** How the body must be read; undefined when it stays on the socket, since nothing in it names or could hide a person. */
function bodyForm(
  { body }: Route,
  rules: readonly RequestRule[],
  { bodyLength, headers }: Pick<CanonicalRequest, 'bodyLength' | 'headers'>,
): 'form' | 'json' | 'unknown' | undefined {
  if (rules.some((rule) => rule.from === 'form')) return 'form';
  if (rules.some((rule) => rule.from === 'json')) return 'json';
  if (bodyLength === 0 || body === undefined || body.members === 'any') return undefined;
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  return type === 'application/json' || type.endsWith('+json') ? 'json' : 'unknown';
}

interface ReadBody {
  readonly form: Pairs | { readonly refused: string };
  readonly json: JsonValue | { readonly refused: string };
  readonly as: 'form' | 'json' | 'unknown' | undefined;
}

function readAs(as: ReadBody['as'], bytes: Uint8Array = new Uint8Array(0)): ReadBody {
  const unread = { refused: 'unread' };
  return {
    form: as === 'form' ? formOf(bytes) : unread,
    json: as === 'json' ? parseStrictJson(bytes, jsonLimits) : unread,
    as,
  };
}

/** Why the body holds something that was not declared, or may; what cannot be read at all is told by its own rule. */
function strayIn({ form, json, as }: ReadBody, route: Route): Refused | undefined {
  if (as === undefined) return undefined;
  if (as === 'unknown') return refused('body-unreadable');
  if (as === 'form') {
    if ('refused' in form) return refused(`form-${form.refused}`);
    return undeclared('form-field-not-declared', strayField(form, route));
  }
  if ('refused' in json) return refused(`json-${json.refused}`);
  return undeclared('json-member-not-declared', strayMember(json, route));
}

function undeclared(reason: string, stray: Stray | undefined): Refused | undefined {
  if (stray === undefined) return undefined;
  const { refusal } = refused(reason);
  return { refusal: { ...refusal, ...(stray.name !== undefined && { parameter: stray.name }) } };
}

function refused(reason: string, recordType?: string): Refused {
  return { refusal: { status: 400, reason, close: false, ...(recordType !== undefined && { recordType }) } };
}

/** Adds the records of one place to what its source has named for this type; a reason when one is no identifier. */
function name(
  named: Map<string, Map<string, CountedRecord>>,
  rule: RequestRule,
  texts: readonly string[],
  keys: RecordKeys,
): string | undefined {
  const source = `${rule.as} ${rule.from}`;
  const found = named.get(source) ?? new Map<string, CountedRecord>();
  named.set(source, found);
  for (const text of texts) {
    const record = keys.record(rule.as, text);
    if (record === undefined) return 'record-id-malformed';
    found.set(record.digest, record);
  }
  return undefined;
}

/** All records when the sources of each type name the same ones. */
function agreed(
  named: ReadonlyMap<string, ReadonlyMap<string, CountedRecord>>,
): readonly CountedRecord[] | undefined {
  const byType = Map.groupBy(named, ([source]) => source.slice(0, source.lastIndexOf(' ')));
  const records: CountedRecord[] = [];
  for (const sources of byType.values()) {
    const [first, ...others] = sources.map(([, found]) => found);
    if (first === undefined) continue;
    const same = others.every(
      (other) => other.size === first.size && [...other.keys()].every((digest) => first.has(digest)),
    );
    if (!same) return undefined;
    records.push(...first.values());
  }
  return records;
}

type Places = { readonly [From in RequestRule['from']]: (rule: RequestRule) => Texts };

function placesOf(
  parameters: ReadonlyMap<string, string>,
  query: string | undefined,
  { form, json }: ReadBody,
): Places {
  return {
    path: (rule) => {
      const text = rule.from === 'path' ? parameters.get(rule.name) : undefined;
      return text === undefined ? refused('record-id-missing') : [text];
    },
    query: (rule) => fromPairs(rule, parseQuery(query ?? ''), 'query'),
    form: (rule) => fromPairs(rule, form, 'form'),
    json: (rule) => (rule.from === 'json' ? fromJson(rule.pointer, json) : refused('record-id-missing')),
  };
}

/** A form body is ASCII by its own definition: everything else is escaped. */
function formOf(bytes: Uint8Array): Pairs | { readonly refused: string } {
  const text = Buffer.from(bytes).toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? parseQuery(text) : { refused: 'not-ascii' };
}

function fromPairs(rule: RequestRule, pairs: Pairs | { readonly refused: string }, place: string): Texts {
  if ('refused' in pairs) return refused(`${place}-${pairs.refused}`);
  // `?nir` is `nir` to a reader that drops a leading question mark: only plain names can be told apart for sure.
  if (pairs.some(([one]) => !/^[A-Za-z0-9_.[\]-]{1,64}$/.test(one)))
    return refused(`${place}-name-not-plain`);
  const wanted = 'name' in rule ? rule.name : '';
  const alike = pairs.filter(([one]) => folded(one) === folded(wanted));
  if (alike.some(([one]) => one !== wanted)) return refused('record-id-alias');
  if (alike.length > 1) return refused('record-id-twice');
  return alike.length === 0 ? refused('record-id-missing') : alike.map(([, value]) => value);
}

/** What other readers of parameters take for one name: `nir[]`, `NIR`, `nir.x` (qs, PHP, ASP). */
function folded(parameter: string): string {
  return parameter
    .toLowerCase()
    .trim()
    .replace(/[[.].*$/s, '')
    .replaceAll(' ', '_');
}

function fromJson(pointer: string, json: JsonValue | { readonly refused: string }): Texts {
  if ('refused' in json) return refused(`json-${json.refused}`);
  const scalars = readPointer(json, pointer);
  if ('refused' in scalars) return refused(`record-id-${scalars.refused}`);
  const texts = scalars.flatMap((scalar) =>
    scalar.kind === 'string' || scalar.kind === 'number' ? [scalar.text] : [],
  );
  if (texts.length !== scalars.length) return refused('record-id-not-text');
  // Naming nobody is refused also for a list: the person may stand where nobody declared to look.
  return texts.length === 0 ? refused('record-id-missing') : texts;
}

// Whose records a request asks for. Every declared place must be there, be readable, and name one person each; what
// cannot be read for sure is refused, never counted as nobody.
import type { Matched } from '../policy/route.ts';
import { parseQuery } from '../request/query.ts';
import type { CanonicalRequest, Refusal } from '../request/request.ts';
import { parseStrictJson, readPointer } from '../request/strict-json.ts';
import type { RecordKeys } from './record-keys.ts';
import type { CountedRecord, RecordRule } from './record-rule.ts';

export interface RequestRecords {
  readonly records: readonly CountedRecord[];
  /** The body, when it was read to count; the proxy sends these bytes. */
  readonly bytes: Uint8Array | undefined;
}

type Texts = readonly string[] | { readonly refusal: Refusal };
type Ask = Pick<CanonicalRequest, 'query'>;

/** The most persons one request may name. */
const mostRecords = 500;
const jsonLimits = { depth: 32, members: 20_000 };

export async function recordsOfRequest(matched: Matched, request: Ask, readBody: (limit: number) => Promise<Uint8Array | Refusal>, keys: RecordKeys): Promise<RequestRecords | { readonly refusal: Refusal }> {
  const rules = matched.route.records.filter((rule) => !rule.from.startsWith('answer'));
  if (rules.length === 0) return { records: [], bytes: undefined };
  const needsBody = rules.some((rule) => rule.from === 'form' || rule.from === 'json');
  const bytes = needsBody ? await readBody(matched.route.body?.limit ?? 65_536) : undefined;
  if (bytes !== undefined && 'status' in bytes) return { refusal: bytes };
  const found = new Map<string, CountedRecord>();
  for (const rule of rules) {
    const texts = textsOf(rule, matched, request, bytes);
    if ('refusal' in texts) return texts;
    for (const text of texts) {
      const record = keys.record(rule.as, text);
      if (record === undefined) return refused('record-id-malformed');
      found.set(record.digest, record);
    }
  }
  return found.size > mostRecords ? refused('too-many-records') : { records: [...found.values()], bytes };
}

function refused(reason: string): { readonly refusal: Refusal } {
  return { refusal: { status: 400, reason, close: false } };
}

function textsOf(rule: RecordRule, matched: Matched, request: Ask, bytes: Uint8Array | undefined): Texts {
  switch (rule.from) {
    case 'path': {
      const text = matched.parameters.get(rule.name);
      return text === undefined ? refused('record-id-missing') : [text];
    }
    case 'query':
      return fromPairs(rule.name, request.query ?? '');
    case 'form':
      return fromPairs(rule.name, latin1(bytes));
    case 'json':
      return fromJson(rule.pointer, bytes ?? new Uint8Array(0));
    default:
      return [];
  }
}

/** A form body is ASCII by its own definition; anything else fails the decoder. */
function latin1(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}

function fromPairs(name: string, text: string): Texts {
  const pairs = parseQuery(text);
  if ('refused' in pairs) return refused(`form-${pairs.refused}`);
  const values = pairs.filter(([one]) => one === name).map(([, value]) => value);
  if (values.length > 1) return refused('record-id-twice');
  // The same name with brackets or in another case may be the same parameter to the portal (G8).
  const alias = pairs.some(([one]) => one !== name && one.toLowerCase().replace(/\[.*$/, '') === name.toLowerCase());
  if (alias) return refused('record-id-alias');
  return values.length === 0 ? refused('record-id-missing') : values;
}

function fromJson(pointer: string, bytes: Uint8Array): Texts {
  const json = parseStrictJson(bytes, jsonLimits);
  if ('refused' in json) return refused(`json-${json.refused}`);
  const scalars = readPointer(json, pointer);
  if ('refused' in scalars) return refused('record-id-not-scalar');
  const texts = scalars.flatMap((scalar) => (scalar.kind === 'string' || scalar.kind === 'number' ? [scalar.text] : []));
  if (texts.length !== scalars.length) return refused('record-id-not-text');
  return texts.length === 0 && !pointer.includes('*') ? refused('record-id-missing') : texts;
}

// Where a route shows whose records, as declared by the operator.

/** How a text becomes one person's key: `nir` and the like have a canonical form; many spellings, one person. */
export type RecordType = string;

export type RecordRule =
  | { readonly from: 'path' | 'query' | 'form'; readonly name: string; readonly as: RecordType }
  /** RFC 6901 pointers into a strict JSON body; a `*` segment walks an array, and every item must have the rest. */
  | { readonly from: 'json'; readonly pointer: string; readonly as: RecordType }
  | {
      readonly from: 'answer-json';
      readonly pointer: string;
      readonly as: RecordType;
      readonly atMost: number;
    }
  /** A response header that the portal sets and that never leaves. */
  | {
      readonly from: 'answer-header';
      readonly name: string;
      readonly as: RecordType;
      readonly atMost: number;
    }
  | {
      readonly from: 'answer-html';
      readonly selector: string;
      readonly attribute: string | undefined;
      readonly as: RecordType;
      readonly atMost: number;
    };

/** HMAC-SHA-256 of the canonical record id, truncated to 128 bits, base64url: 22 characters. */
export type RecordDigest = string & { readonly [recordDigest]: true };
declare const recordDigest: unique symbol;

/** One person's entry as a request or an answer named it. `id` is the canonical form and goes to the sealed ledger only. */
export interface CountedRecord {
  readonly id: string;
  readonly type: RecordType;
  readonly digest: RecordDigest;
  /** The digest under the key before, while keys rotate: the sets may still hold the person under it. */
  readonly previous?: RecordDigest;
}

// From an identifier as it was written to one person's key: an HMAC, since all NIRs can be hashed in a day (domain.md
// 10.1). It turns nothing back: who must be told is in the sealed ledger.
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Secret } from '@palier/mfa-core';
import type { CountedRecord, RecordDigest, RecordType } from './record-rule.ts';
import type { RecordTypes } from './record-types.ts';

export interface RecordKeys {
  /** The record a text names; undefined when the text is no identifier of that type. */
  record(type: RecordType, text: string): CountedRecord | undefined;
}

/**
 * While keys rotate, each record carries its digest under the old key too, and the store moves it when it is next seen.
 * Keep `previous` for one novelty horizon (a year) or accept that known persons look new; then destroy it.
 */
export interface RecordKeySecrets {
  readonly current: Secret;
  readonly previous?: Secret | undefined;
}

const least = 32;

/** `tenant` separates two portals that share a key. A key under 32 bytes is a TypeError. */
export function createRecordKeys(
  { current, previous }: RecordKeySecrets,
  tenant: string,
  types: RecordTypes,
): RecordKeys {
  if (current.length < least || (previous !== undefined && previous.length < least))
    throw new TypeError('a record key has at least 32 bytes');
  // Made once: from raw bytes node makes a key anew for every digest, which costs more than the digest.
  const [key, before] = [keyOf(current), previous && keyOf(previous)];
  return {
    record: (type, text) => {
      const id = types.get(type)?.(text);
      if (id === undefined) return undefined;
      const record: CountedRecord = { id, type, digest: digestOf(key, tenant, type, id) };
      return before === undefined ? record : { ...record, previous: digestOf(before, tenant, type, id) };
    },
  };
}

function keyOf(secret: Secret): KeyObject {
  return secret.expose((bytes) => createSecretKey(bytes));
}

/** Lengths before the parts: no two triples of tenant, type and id give one message. */
function digestOf(key: KeyObject, tenant: string, type: string, id: string): RecordDigest {
  const message = [tenant, type, id].map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
  const mac = createHmac('sha256', key).update(message).digest();
  return mac.subarray(0, 16).toString('base64url') as RecordDigest;
}

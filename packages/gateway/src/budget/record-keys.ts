// From an identifier as it was written to one person's key: an HMAC, since a plain hash of a NIR is guessed in seconds.
import { createHmac } from 'node:crypto';
import type { Secret } from '@palier/mfa-core';
import type { CountedRecord, RecordDigest, RecordType } from './record-rule.ts';
import type { Canonical } from './record-types.ts';

export interface RecordKeys {
  /** The record a text names; undefined when the text is no identifier of that type. */
  record(type: RecordType, text: string): CountedRecord | undefined;
}

/** `tenant` separates two portals that share a key. */
export function createRecordKeys(key: Secret, tenant: string, types: ReadonlyMap<string, Canonical>): RecordKeys {
  const digest = (type: string, id: string): RecordDigest =>
    key.expose((bytes) =>
      createHmac('sha256', bytes).update(`${tenant.length}:${tenant}${type.length}:${type}${id}`).digest().subarray(0, 16).toString('base64url'),
    ) as RecordDigest;
  return {
    record: (type, text) => {
      const id = types.get(type)?.(text);
      return id === undefined ? undefined : { id, type, digest: digest(type, id) };
    },
  };
}

// An answer in one header, for nginx, whose auth_request passes on 401 and 403 and no body: the front gets 401 with the
// whole answer sealed, and fetches it in clear where it answers the client. Nothing is kept here meanwhile, so that any
// instance can open it; the seal says that we wrote it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Secret } from '@palier/mfa-core';
import type { Answer } from '../respond/respond.ts';

/** nginx gives a head 4 KiB unless told otherwise. */
const longest = 8192;
const longestOpen = 65_536;

export function sealAnswer(answer: Answer, key: Secret): string {
  const packed = deflateRawSync(JSON.stringify(answer)).toString('base64url');
  return `${packed}.${macOf(packed, key).toString('base64url')}`;
}

/** Undefined for anything that was not sealed with this key. */
export function openAnswer(text: string, key: Secret): Answer | undefined {
  const [packed = '', mac = '', ...more] = text.length > longest ? [] : text.split('.');
  const given = Buffer.from(mac, 'base64url');
  const expected = macOf(packed, key);
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    return undefined;
  const open = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: longestOpen });
  return JSON.parse(open.toString('utf8')) as Answer;
}

/** The key also makes digests of codes; the prefix keeps the two apart. */
function macOf(packed: string, key: Secret): Buffer {
  return key.expose((bytes) =>
    createHmac('sha256', bytes).update('palier front answer\n').update(packed).digest(),
  );
}

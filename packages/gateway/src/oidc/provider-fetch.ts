// Calls to a provider: over TLS with its own authorities and, where configured, with our certificate; bounded in size
// and time; no redirect followed. What rarely changes (metadata, keys) outlives an outage of the provider for a day.
import { readFileSync } from 'node:fs';
import type { Clock, Instant } from '@palier/mfa-core';
import type { CustomFetch } from 'openid-client';
import { Agent, request } from 'undici';
import type { ProviderSetting } from '../config/oidc-settings.ts';

/** The provider did not answer, or not with what it should: a 503 where it is needed, never a "no" or a "yes". */
export class ProviderError extends Error {}

export interface ProviderCalls {
  /** As openid-client calls it. */
  readonly fetch: CustomFetch;
  /** A document that may be kept: from the provider at most every ten seconds, from memory while it is down. */
  readonly kept: (url: string) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

const longestAnswer = 256 * 1024;
const freshMilliseconds = 10_000;
const keptMilliseconds = 24 * 3600 * 1000;

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Uint8Array;
}

interface KeptDocument {
  readonly bytes: Uint8Array;
  /** When the provider last said so, and when it was last asked. */
  readonly at: Instant;
  readonly asked: Instant;
}

/** Reads the certificate files once: a reload of the configuration reads them anew. */
export function createCalls(setting: ProviderSetting, clock: Clock): ProviderCalls {
  const { credential, ca, patience } = setting;
  const milliseconds = patience * 1000;
  const own =
    credential.kind === 'certificate'
      ? { cert: readFileSync(credential.cert), key: readFileSync(credential.key) }
      : {};
  const agent = new Agent({
    connect: {
      ...own,
      ...(ca !== undefined && { ca: readFileSync(ca) }),
      minVersion: 'TLSv1.2',
      timeout: milliseconds,
    },
    headersTimeout: milliseconds,
    bodyTimeout: milliseconds,
    maxResponseSize: longestAnswer,
    connections: 16,
  });
  const documents = new Map<string, KeptDocument>();
  const under = new Map<string, Promise<Uint8Array>>();
  const call = (url: string, init: Parameters<CustomFetch>[1]): Promise<Answered> =>
    send(agent, milliseconds, url, init);
  const read = async (url: string): Promise<Uint8Array> => {
    const now = clock.now();
    const known = documents.get(url);
    try {
      const { status, bytes } = await call(url, get);
      if (status !== 200) throw new ProviderError(`the provider answered ${status}`);
      documents.set(url, { bytes, at: now, asked: now });
      return bytes;
    } catch (cause) {
      if (known === undefined || now - known.at > keptMilliseconds) throw cause;
      documents.set(url, { ...known, asked: now });
      return known.bytes;
    }
  };
  const kept = (url: string): Promise<Uint8Array> => {
    const now = clock.now();
    const known = documents.get(url);
    const since = known === undefined ? -1 : now - known.asked;
    if (known !== undefined && since >= 0 && since < freshMilliseconds && now - known.at <= keptMilliseconds)
      return Promise.resolve(known.bytes);
    const reading = under.get(url) ?? read(url).finally(() => under.delete(url));
    under.set(url, reading);
    return reading;
  };
  const fetch: CustomFetch = async (url, init) => responseOf(await call(url, init));
  return { fetch, kept, close: () => agent.destroy() };
}

const get = {
  method: 'GET',
  headers: { accept: 'application/json' },
  body: undefined,
  redirect: 'manual',
} as const;

async function send(
  agent: Agent,
  milliseconds: number,
  url: string,
  { method, headers, body }: Parameters<CustomFetch>[1],
): Promise<Answered> {
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      body: body === undefined || body === null ? null : textOf(body),
      signal: AbortSignal.timeout(milliseconds),
    });
    const bytes = new Uint8Array(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, bytes };
  } catch (cause) {
    throw new ProviderError('the provider cannot be reached', { cause });
  }
}

/** What openid-client sends: forms, and nothing else. */
function textOf(body: unknown): string {
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a body of an unforeseen kind');
}

function responseOf({ status, headers, bytes }: Answered): Response {
  const flat = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
  );
  const bodiless = status === 204 || status === 304 || status < 200;
  return new Response(bodiless ? null : Buffer.from(bytes), { status, headers: flat });
}

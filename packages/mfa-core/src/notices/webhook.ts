// Events to another system of the operator: JSON by POST, signed, so that the receiver can tell ours from anybody's.
import { createHmac } from 'node:crypto';
import type { EventSink, MfaEvent } from '../events.ts';
import type { Secret } from '../secret.ts';
import type { Instant } from '../time.ts';

/** Where events are posted and how they are signed. */
export interface WebhookSetting {
  /** https, or http to this machine. */
  readonly url: URL;
  /** Shared with the receiver; 32 bytes or more. */
  readonly key: Secret;
  /** Which events are sent; all if not given. */
  readonly told?: ReadonlySet<MfaEvent['type']>;
  readonly fetch?: typeof fetch;
}

const timeout = 5_000;

/** Where a signed text goes. */
export type SignedPost = Pick<WebhookSetting, 'url' | 'key' | 'fetch'>;

/**
 * A sink that posts the event and resolves when the receiver answers 2xx; signed as `postSigned` says.
 */
export function webhookSink(setting: WebhookSetting): EventSink {
  checkPlace(setting);
  return async (event) => {
    if (setting.told !== undefined && !setting.told.has(event.type)) return;
    await postSigned(setting, JSON.stringify(event), event.at);
  };
}

/**
 * Posts a JSON text. `palier-signature` is `t=<seconds>,v1=<hex HMAC-SHA-256 of "<seconds>.<body>">`: the receiver checks
 * it and refuses old ones. Rejects unless the answer is 2xx within five seconds; redirects are not followed.
 */
export async function postSigned(setting: SignedPost, body: string, at: Instant): Promise<void> {
  checkPlace(setting);
  const { url, key, fetch: fetching = fetch } = setting;
  const headers = {
    'content-type': 'application/json',
    'palier-signature': signatureOf(key, Math.floor(at / 1000), body),
  };
  const answer = await fetching(url, {
    method: 'POST',
    body,
    headers,
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
}

function checkPlace({ url, key }: SignedPost): void {
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
    throw new TypeError('a webhook goes to https, or to this machine');
  if (key.length < 32) throw new TypeError('the webhook key has fewer than 32 bytes');
}

function signatureOf(key: Secret, seconds: number, body: string): string {
  const mac = key.expose((bytes) => createHmac('sha256', bytes).update(`${seconds}.${body}`).digest('hex'));
  return `t=${seconds},v1=${mac}`;
}

// Who is told and who may ask: mail, webhook, syslog, and the fronts that use forward-auth.
import { z } from 'zod';
import type { ForwardAuthSetting, Notify } from './config.ts';
import * as is from './scalars.ts';
import { maybe } from './shape.ts';
import { type Surroundings, secretIn } from './surroundings.ts';

export function notify(surroundings: Surroundings): z.ZodType<Notify> {
  const smtp = z.strictObject({
    url: is.smtpUrl,
    from: is.mailbox,
    name: maybe(is.plain),
    password: maybe(secretIn(surroundings, 1)),
    address: maybe(is.jsonPointer),
    contact: maybe(is.plain),
    language: z.enum(['fr', 'en', 'both']).default('both'),
    operators: z.array(is.mailbox).default([]),
  });
  const webhook = z.strictObject({ url: is.httpUrl, secret: secretIn(surroundings, 32) });
  const syslog = z.strictObject({ url: is.syslogUrl, format: z.enum(['cef', 'rfc5424']).default('rfc5424') });
  return z.strictObject({ smtp: maybe(smtp), webhook: maybe(webhook), syslog: maybe(syslog) }).prefault({});
}

/** Refuses to exist without its list of peers: an empty or missing one is a problem, never everybody (A064). */
export function forwardAuth(surroundings: Surroundings): z.ZodType<ForwardAuthSetting> {
  return z.strictObject({
    listen: is.listenAddress,
    trustedPeers: z
      .array(is.network)
      .min(1)
      .meta({ description: 'the addresses of the fronts that may ask', examples: [['127.0.0.1']] }),
    secret: maybe(secretIn(surroundings, 32)),
  });
}

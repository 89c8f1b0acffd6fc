// The client-certificate source as written.
import { secondsOf } from '@palier/mfa-core';
import { z } from 'zod';
import { forwardedForms } from '../card/forwarded/forms.ts';
import { type SignatureName, signatureOids } from '../card/rules.ts';
import type { BehindSetting, RevocationSetting } from './card-settings.ts';
import { signInPage } from './oidc-settings.ts';
import * as scalar from './scalars.ts';
import { maybe, oneOrMore } from './shape.ts';
import { fileIn, type Surroundings, secretIn } from './surroundings.ts';
import type { WrittenSource } from './written-source.ts';

const names = Object.keys(signatureOids) as [SignatureName, ...SignatureName[]];

/** clientAuth, of RFC 5280 section 4.2.1.12. */
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** The responder; without an address, the one that the certificate names. */
const ocsp = z.strictObject({
  use: z.enum(['prefer', 'require']).default('prefer'),
  url: maybe(scalar.httpUrl),
  timeout: scalar.duration.prefault('2s'),
  maxAge: scalar.duration.prefault('1h'),
});

/** Another end of TLS; without its list of peers it does not exist (A215). */
function behind(surroundings: Surroundings): z.ZodType<BehindSetting> {
  return z.strictObject({
    form: z.enum(forwardedForms),
    trustedPeers: z
      .array(scalar.network)
      .min(1)
      .meta({ description: 'the addresses of the fronts that end TLS', examples: [['127.0.0.1']] }),
    secret: maybe(secretIn(surroundings, 32)),
  });
}

export function clientCertificate(surroundings: Surroundings): z.ZodType<WrittenSource> {
  const file = fileIn(surroundings);
  return z
    .strictObject({
      listen: scalar.listenAddress,
      origin: scalar.origin,
      tls: maybe(z.strictObject({ cert: file, key: file })),
      behind: maybe(behind(surroundings)),
      ca: file,
      intermediates: maybe(file),
      issuers: maybe(file),
      crl: maybe(oneOrMore(z.union([scalar.httpUrl, file]))),
      crlRefresh: scalar.duration.prefault('1h'),
      crlKeep: maybe(file),
      grace: scalar.duration.prefault('0s'),
      ocsp: maybe(ocsp),
      dangerouslyWithoutRevocation: maybe(z.literal(true)),
      account: z
        .enum(['ps-id-nat', 'rpps', 'common-name', 'serial-number', 'upn', 'email', 'issuer-and-serial'])
        .prefault('ps-id-nat'),
      matches: z.enum(['account', 'person']).prefault('account'),
      policies: z.array(scalar.objectIdentifier).prefault([]),
      extendedKeyUsage: z.array(scalar.objectIdentifier).min(1).prefault([clientAuth]),
      signatures: z.array(z.enum(names)).min(1).prefault(names),
      rsaBits: scalar.count(2048, 16_384).default(2048),
      ecBits: scalar.count(256, 521).default(256),
      shared: z.array(scalar.plain).prefault([]),
      remind: scalar.duration.prefault('30d'),
      signsIn: z.boolean().default(false),
      class: scalar.word.prefault('default'),
    })
    .transform(
      ({ dangerouslyWithoutRevocation, crl, crlRefresh, crlKeep, grace, ocsp: asked, ...given }, context) => {
        const hasSource = crl !== undefined || asked !== undefined;
        if (!hasSource && dangerouslyWithoutRevocation !== true) {
          context.addIssue({
            code: 'custom',
            message: 'does not say where the revocation lists are',
            params: { fix: 'give crl: <file, directory or URL>; a stolen card is good for ever without it' },
          });
          return z.NEVER;
        }
        const revocation: RevocationSetting | undefined = hasSource
          ? {
              files: crl?.filter((one) => typeof one === 'string') ?? [],
              urls: crl?.filter((one) => one instanceof URL) ?? [],
              refresh: crlRefresh,
              timeout: secondsOf(30),
              grace,
              keepIn: crlKeep,
              ocsp: asked ?? { use: 'never' },
            }
          : undefined;
        return {
          signOut: [],
          setting: {
            ...given,
            revocation,
            kind: 'client-certificate',
            signIn: given.signsIn ? signInPage : undefined,
          },
        };
      },
    );
}

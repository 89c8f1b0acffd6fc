// A card's key and certificate as one file that browsers import (PKCS #12, RFC 7292): what a card reader's driver would
// show them. A real card's key never leaves the card; this one is a file, and good for this example only.

import * as asn1 from 'asn1js';
import * as pki from 'pkijs';
import type { IssuedCard } from './authority.ts';

const iterations = 10_000;

/** Key encrypted under the password, and the whole protected by it. */
export async function bundleOf({ certificate, key }: IssuedCard, password: string): Promise<Uint8Array> {
  const secret = new TextEncoder().encode(password).buffer;
  const attributes = [
    attribute('1.2.840.113549.1.9.21', new asn1.OctetString({ valueHex: new Uint8Array([1]) })),
  ];
  const shrouded = new pki.PKCS8ShroudedKeyBag({
    parsedValue: pki.PrivateKeyInfo.fromBER(await crypto.subtle.exportKey('pkcs8', key)),
  });
  await shrouded.makeInternalValues({
    password: secret,
    contentEncryptionAlgorithm: {
      name: 'AES-CBC',
      length: 256,
      iv: crypto.getRandomValues(new Uint8Array(16)),
    },
    hmacHashAlgorithm: 'SHA-256',
    iterationCount: iterations,
  });
  const bags = [
    new pki.SafeBag({ bagId: '1.2.840.113549.1.12.10.1.2', bagValue: shrouded, bagAttributes: attributes }),
    new pki.SafeBag({
      bagId: '1.2.840.113549.1.12.10.1.3',
      bagValue: new pki.CertBag({ parsedValue: pki.Certificate.fromBER(certificate.rawData) }),
      bagAttributes: attributes,
    }),
  ];
  const contents = new pki.AuthenticatedSafe({
    parsedValue: {
      safeContents: [{ privacyMode: 0, value: new pki.SafeContents({ safeBags: bags }) }],
    },
  });
  await contents.makeInternalValues({ safeContents: [{}] });
  const bundle = new pki.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: contents } });
  await bundle.makeInternalValues({
    password: secret,
    iterations,
    pbkdf2HashAlgorithm: 'SHA-256',
    hmacHashAlgorithm: 'SHA-256',
  });
  return new Uint8Array(bundle.toSchema().toBER());
}

/** Says which key belongs to which certificate. */
function attribute(type: string, value: asn1.OctetString): pki.Attribute {
  return new pki.Attribute({ type, values: [value] });
}

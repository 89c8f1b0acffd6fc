// A name as X.509 writes it: a sequence of sets of attributes. Read from the bytes, never from a printed form: the printed
// ones are ambiguous where a value holds "/", "+" or "," and call the surname SN.
import * as asn1 from 'asn1js';

/** One attribute, with the number of the set it was in: several attributes may share a set (a multi-valued RDN). */
export interface NameAttribute {
  readonly oid: string;
  /** Undefined when the string type is one whose characters are a matter of opinion (TeletexString, BMPString...). */
  readonly value: string | undefined;
  readonly set: number;
}

export interface DistinguishedName {
  /** As it stands in the certificate; two names are the same when these bytes are. */
  readonly der: Uint8Array;
  readonly attributes: readonly NameAttribute[];
}

export const attributeOids = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organisation: '2.5.4.10',
  organisationalUnit: '2.5.4.11',
  title: '2.5.4.12',
  givenName: '2.5.4.42',
  pseudonym: '2.5.4.65',
} as const;

/** Undefined when the bytes are no name. */
export function readName(der: Uint8Array): DistinguishedName | undefined {
  const { result, offset } = asn1.fromBER(der);
  if (offset !== der.length || !(result instanceof asn1.Sequence)) return undefined;
  const attributes: NameAttribute[] = [];
  for (const [set, relative] of result.valueBlock.value.entries()) {
    if (!(relative instanceof asn1.Set) || relative.valueBlock.value.length === 0) return undefined;
    for (const pair of relative.valueBlock.value) {
      const attribute = readAttribute(pair, set);
      if (attribute === undefined) return undefined;
      attributes.push(attribute);
    }
  }
  return { der, attributes };
}

function readAttribute(pair: unknown, set: number): NameAttribute | undefined {
  if (!(pair instanceof asn1.Sequence)) return undefined;
  const [type, value, ...more] = pair.valueBlock.value;
  if (!(type instanceof asn1.ObjectIdentifier) || value === undefined || more.length > 0) return undefined;
  return { oid: type.getValue(), value: textOf(value), set };
}

/** The text of a string whose characters are certain, without control characters; else undefined. */
export function textOf(value: unknown): string | undefined {
  const isCertain =
    value instanceof asn1.Utf8String ||
    value instanceof asn1.PrintableString ||
    value instanceof asn1.IA5String;
  if (!isCertain) return undefined;
  const bytes = value.valueBlock.valueHexView;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\p{C}\p{Zl}\p{Zp}]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * The one value of an attribute: `absent` when there is none; `unreadable` when there is more than one, in whichever
 * sets, or its characters are not certain. What occurs twice must not be one thing to us and another to the portal.
 */
export function onlyValue(
  name: DistinguishedName,
  oid: string,
): { readonly value: string } | 'absent' | 'unreadable' {
  const [only, ...more] = name.attributes.filter((attribute) => attribute.oid === oid);
  if (only === undefined) return 'absent';
  return more.length > 0 || only.value === undefined ? 'unreadable' : { value: only.value };
}

export function sameName(one: DistinguishedName, other: DistinguishedName): boolean {
  return Buffer.compare(one.der, other.der) === 0;
}

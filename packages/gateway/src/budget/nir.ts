// The French social-security number as one key: a person has one, however it is written. Thirteen characters without
// the check key; the key is verified when it is there. domain.md 10.1 has the rules and their sources.

/** Sex, year, month (civil months, incomplete and provisional ones), département incl. Corsica, commune, order number. */
const shape = /^[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:\d{2}|2[AB])\d{6}$/;
/** INS OIDs of NIR and NIA, as FHIR and HL7 v2 append them. */
const insSuffix = /(?:\^\^\^&|\|)?1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)(?:&ISO\^(?:NH|INS-NIR))?$/;

/**
 * The 13 characters, upper case; undefined for anything that is no NIR or whose key is wrong. Full-width digits, any
 * space, dots and dashes are read through: the portal may, so two spellings must be one person here.
 */
export function canonicalNir(text: string): string | undefined {
  if (text.length > 64) return undefined;
  const plain = text.normalize('NFKC').toUpperCase().replace(insSuffix, '').replace(/[\s.\-_]/gu, '');
  const number = plain.slice(0, 13);
  if ((plain.length !== 13 && plain.length !== 15) || !shape.test(number)) return undefined;
  return plain.length === 13 || plain.slice(13) === nirKey(number) ? number : undefined;
}

/** 97 minus the number modulo 97, two digits; 2A counts as 19 and 2B as 18. */
export function nirKey(number: string): string {
  const digits = number.replace('2A', '19').replace('2B', '18');
  return String(97 - Number(BigInt(digits) % 97n)).padStart(2, '0');
}

// The French social-security number as one key: a person has one, however it is written. Thirteen characters without
// the check key; the key is verified when it is there. Two spellings of one person that count as two would double every
// budget (A107); two persons that count as one would release a person for free. So: a closed list of spellings.

/** Sex, year, month (civil, incomplete and provisional ones), departement with Corsica, commune, order number. */
const shape = /^[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:\d{2}|2[AB])\d{6}$/;
/** HL7 v2 CX after the number: assigning authority with the OID of NIR, NIA or the two test ranges of the INS. */
const hl7Tail = /^\^\^\^[A-Z0-9-]{0,30}&1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)&ISO(?:\^[A-Z0-9-]{0,10})?$/;
/** FHIR system before the number. */
const oidHead = /^(?:URN:OID:)?1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)\|/;
/** Spaces people paste (no-break, narrow, thin), dots, hyphens. */
const fillers = /[ .\-\u00a0\u2009\u202f\u2010\u2011]/g;

/** The 13 characters, upper case; undefined for anything that is no NIR or whose key is wrong. */
export function canonicalNir(text: string): string | undefined {
  if (text.length > 80) return undefined;
  const caret = text.indexOf('^');
  if (caret !== -1 && !hl7Tail.test(text.slice(caret).toUpperCase())) return undefined;
  const bare = (caret === -1 ? text : text.slice(0, caret)).toUpperCase().replace(oidHead, '');
  const plain = bare.replace(fillers, '').replace(/[\uff10-\uff19\uff21\uff22]/g, narrow);
  const number = plain.slice(0, 13);
  if ((plain.length !== 13 && plain.length !== 15) || !shape.test(number)) return undefined;
  return plain.length === 13 || plain.slice(13) === nirKey(number) ? number : undefined;
}

/** Full-width forms of Japanese keyboards lie 0xfee0 above ASCII. */
function narrow(wide: string): string {
  return String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
}

/** 97 minus the number modulo 97, two digits; 2A counts as 19 and 2B as 18. Below 2^53, so doubles are exact. */
export function nirKey(number: string): string {
  const digits = Number(number.replace('2A', '19').replace('2B', '18'));
  return String(97 - (digits % 97)).padStart(2, '0');
}

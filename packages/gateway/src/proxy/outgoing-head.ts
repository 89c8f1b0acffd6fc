// The head of a request as bytes. What could become two heads on the wire is a TypeError here: everything was judged
// long before, so such a character is a mistake of ours and not a request (A053).
import { bySpelling } from '../request/spellings.ts';
import type { OutgoingHead } from './exchange.ts';

/** The head with its closing empty line, to be written as Latin-1. */
export function headText({ method, target, headers, assertion }: OutgoingHead): string {
  if (!isVisible(method) || !isVisible(target) || headers.length % 2 !== 0)
    throw new TypeError('unsound request line');
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = [headers[at], headers[at + 1]];
    if (!isName(name) || !isValue(value)) throw new TypeError('unsound request header');
    text += `${name}: ${value}\r\n`;
  }
  return assertion === undefined ? `${text}\r\n` : `${text}Palier-Assertion: ${assertion}\r\n\r\n`;
}

function isVisible(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code > 0x7e) return false;
  }
  return text.length > 0;
}

/** Letters, digits and dashes: the only names the edge lets in and the only ones we make (A060). */
const isName = bySpelling((name) => /^[A-Za-z0-9-]+$/.test(name) || undefined);

function isValue(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return false;
  }
  return true;
}

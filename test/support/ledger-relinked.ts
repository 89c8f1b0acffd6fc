// The hand of somebody who read our documentation: computes the hashes of a segment's lines anew after changing them.
import { createHash } from 'node:crypto';

/** Every line hangs on the one before again; the first keeps what it hung on. */
export function relinked(lines: readonly string[]): readonly string[] {
  let previous = /"after":"([^"]*)"/.exec(lines[0] ?? '')?.[1] ?? '';
  return lines.map((line) => {
    const body = line.replace(/,"hash":"[^"]*"\}$/, '');
    previous = createHash('sha256').update(`${previous}\n${body}`).digest('base64url');
    return `${body},"hash":"${previous}"}`;
  });
}

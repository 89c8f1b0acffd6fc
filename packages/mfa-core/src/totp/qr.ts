// Draws text as a QR code: for a page, and for a terminal. What the text says, and that it must not be cached or
// logged, is the caller's business. The encoding (ISO/IEC 18004) is uqr's.
import { encode } from 'uqr';

/** The light border a scanner needs around the code, in modules (ISO/IEC 18004 section 9.1). */
const quietZone = 4;

/** Byte mode, version 40, level L; the library's own message for more would quote nothing but is no TypeError. */
const longest = 2953;

/**
 * An SVG image with `title` as its name for a screen reader. Always dark on white, whatever the page's colours are:
 * many apps do not read an inverted code. Holds no style and no script, so a strict content policy lets it pass.
 */
export function qrSvg(text: string, title: string): string {
  const rows = modules(text);
  const size = rows.length;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<title>${escapeText(title)}</title>` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/>` +
    `<path fill="#000" d="${rows.map(darkRuns).join('')}"/></svg>`
  );
}

/** Half blocks for a terminal, two rows of modules to a line. Light modules are drawn, so it reads on a dark terminal. */
export function qrText(text: string): string {
  const rows = modules(text);
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const [upper = [], lower = []] = rows.slice(y, y + 2);
    lines.push(upper.map((dark, x) => halfBlock(!dark, lower[x] === false)).join(''));
  }
  return `${lines.join('\n')}\n`;
}

/** True is dark. The border is part of the square. */
function modules(text: string): readonly (readonly boolean[])[] {
  if (Buffer.byteLength(text) > longest) throw new TypeError('a QR code holds at most 2953 bytes');
  return encode(text, { ecc: 'L', boostEcc: true, border: quietZone }).data;
}

/** One path piece for each run of dark modules in a row. */
function darkRuns(row: readonly boolean[], y: number): string {
  const line = row.map((dark) => (dark ? '1' : '0')).join('');
  return Array.from(
    line.matchAll(/1+/g),
    (run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`,
  ).join('');
}

function halfBlock(upperLight: boolean, lowerLight: boolean): string {
  if (upperLight) return lowerLight ? '\u2588' : '\u2580';
  return lowerLight ? '\u2584' : ' ';
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

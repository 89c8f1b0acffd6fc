// The key address as a picture: SVG for a page, half blocks for a terminal.
import { encode, renderUnicodeCompact } from 'uqr';

/** A square SVG, dark on white with its quiet zone, so that it scans in the dark theme too. `title` is read aloud. */
export function qrSvg(text: string, title: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const label = title.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`;
}

/** The same for a terminal. */
export function qrText(text: string): string {
  return renderUnicodeCompact(text, { border: 2 });
}

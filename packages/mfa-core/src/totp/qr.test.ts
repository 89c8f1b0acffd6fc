import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { qrSvg, qrText } from './qr.ts';

const uri = 'otpauth://totp/P:a?secret=JBSWY3DPEHPK3PXP&issuer=P';
const modules = encode(uri, { ecc: 'L', boostEcc: true, border: 4 }).data;

/** Paints the dark path again, module by module. */
function painted(svg: string): boolean[][] {
  const canvas = modules.map((row) => row.map(() => false));
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    canvas[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  }
  return canvas;
}

describe('the SVG', () => {
  it('shows every module and nothing more', () => {
    expect(painted(qrSvg(uri, 'Portail'))).toEqual(modules);
  });

  it('has four light modules around, dark on white whatever the page looks like', () => {
    const svg = qrSvg(uri, 'Portail');
    const edge = [...modules.slice(0, 4), ...modules.slice(-4)].flat();
    expect(edge.some(Boolean)).toBe(false);
    expect(svg).toContain('fill="#fff"');
    expect(svg).toContain('shape-rendering="crispEdges"');
  });

  it('is an image with a name for a screen reader, which cannot break out of it', () => {
    expect(qrSvg(uri, '<script>"\'&')).toContain('<title>&#60;script&#62;&#34;&#39;&#38;</title>');
    expect(qrSvg(uri, 'Portail')).toMatch(/^<svg [^>]*role="img"/);
    expect(qrSvg(uri, 'Portail')).not.toMatch(/style|script|href/);
  });

  it('is not drawn of more than a code can hold', () => {
    expect(() => qrSvg('x'.repeat(2954), 'too long')).toThrow(TypeError);
    expect(qrSvg('x'.repeat(2953), 'just right')).toContain('<path');
  });
});

describe('the terminal picture', () => {
  it('shows two rows of modules to a line', () => {
    const lines = qrText(uri).trimEnd().split('\n');
    const light = lines.flatMap((line) => {
      const upper = [...line].map((block) => block === '\u2588' || block === '\u2580');
      const lower = [...line].map((block) => block === '\u2588' || block === '\u2584');
      return [upper, lower];
    });
    expect(light.slice(0, modules.length)).toEqual(modules.map((row) => row.map((dark) => !dark)));
  });
});

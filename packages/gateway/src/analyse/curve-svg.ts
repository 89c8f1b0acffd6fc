// The trade-off as a picture: prompts beyond the first gesture of a day against what one stolen session on each of
// nineteen accounts shows. One line for each class; the ring is the fitted presence, where there is enough to fit to.
import type { Analysis, ClassAnalysis } from './analyse.ts';

const [width, height] = [800, 440];
const [left, right, top, bottom] = [70, 190, 50, 60];
const [most, least] = [30, 0.001];
const widest = 300 * 19;
/** By class, on light and on dark ground; each has a contrast of 4 or more there. */
const colours = [
  ['#3b6fb6', '#7fb0f0'],
  ['#b3541e', '#f0955a'],
  ['#1f7a4d', '#5cc792'],
  ['#8a3ea8', '#d092ea'],
  ['#7a5f00', '#d9b73a'],
  ['#a8324a', '#f08a9d'],
  ['#24707c', '#62c3d1'],
  ['#666666', '#aaaaaa'],
] as const;

export function curveSvg({ classes }: Analysis): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t" font-family="system-ui, sans-serif" font-size="12">`,
    '<title id="t">Prompts against exposure, by class</title>',
    `<style>text{fill:#222}.g{stroke:#8885}${strokes(0)}@media(prefers-color-scheme:dark){text{fill:#ddd}${strokes(1)}}</style>`,
    `<text x="${left}" y="24" font-size="15" font-weight="600">Prompts beyond the first gesture of a day, by what 19 stolen sessions show</text>`,
    ...[0.001, 0.01, 0.1, 1, 10].map(
      (prompts) =>
        `<line class="g" x1="${left}" x2="${width - right}" y1="${y(prompts)}" y2="${y(prompts)}"/><text x="${left - 8}" y="${y(prompts) + 4}" text-anchor="end">${prompts}</text>`,
    ),
    ...[100, 300, 1000, 3000].map(
      (exposed) =>
        `<line class="g" x1="${x(exposed)}" x2="${x(exposed)}" y1="${top}" y2="${height - bottom}"/><text x="${x(exposed)}" y="${height - bottom + 18}" text-anchor="middle">${exposed}</text>`,
    ),
    `<text x="${(left + width - right) / 2}" y="${height - 16}" text-anchor="middle">persons seen by 19 stolen sessions (19 x records); ring: what was fitted</text>`,
    ...classes.slice(0, colours.length).map(line),
    '</svg>',
    '',
  ].join('\n');
}

function strokes(ground: 0 | 1): string {
  return colours.map((pair, place) => `.c${place}{stroke:${pair[ground]}}`).join('');
}

function line({ class: name, curve, fitted }: ClassAnalysis, place: number): string {
  const long = curve.filter(({ withinHours }) => withinHours === fitted.key.withinHours);
  const points = long.map(({ exposed, promptsPerDay }) => `${x(exposed)},${y(promptsPerDay)}`).join(' ');
  const few = fitted.basis === 'too-few';
  const dashes = few ? ' stroke-dasharray="4 3"' : '';
  const chosen = few ? undefined : long.find(({ records }) => records === fitted.key.records);
  const ring =
    chosen === undefined
      ? ''
      : `<circle cx="${x(chosen.exposed)}" cy="${y(chosen.promptsPerDay)}" r="5" fill="none" class="c${place}" stroke-width="2"/>`;
  const legend = `<line x1="${width - right + 12}" x2="${width - right + 30}" y1="${top + 8 + place * 20}" y2="${top + 8 + place * 20}" class="c${place}" stroke-width="2"${dashes}/><text x="${width - right + 36}" y="${top + 12 + place * 20}">${name}${few ? ' (too few)' : ''}</text>`;
  return `<polyline points="${points}" fill="none" class="c${place}" stroke-width="1.5"${dashes}/>${ring}${legend}`;
}

/** Both axes are logarithmic; what is off the scale is at its edge. */
function x(exposed: number): number {
  const share = Math.log(Math.min(widest, Math.max(95, exposed)) / 95) / Math.log(widest / 95);
  return Math.round(left + share * (width - left - right));
}

function y(prompts: number): number {
  const share = Math.log(Math.min(most, Math.max(least, prompts)) / least) / Math.log(most / least);
  return Math.round(height - bottom - share * (height - top - bottom));
}

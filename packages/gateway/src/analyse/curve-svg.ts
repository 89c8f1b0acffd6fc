// The trade-off as a picture: prompts beyond the first gesture of a day against what one stolen session on each of
// nineteen accounts shows. One line for each class; the ring is the fitted presence.
import type { Analysis, ClassAnalysis } from './analyse.ts';

const [width, height] = [760, 440];
const [left, right, top, bottom] = [70, 150, 50, 60];
const [most, least] = [30, 0.001];
const widest = 300 * 19;
const colours = ['#3b6fb6', '#b3541e', '#1f7a4d', '#8a3ea8', '#8c6d00', '#a8324a', '#2f7f8c', '#666'];

export function curveSvg({ classes }: Analysis): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t" font-family="system-ui, sans-serif" font-size="12">`,
    '<title id="t">Prompts against exposure, by class</title>',
    '<style>text{fill:#222}.g{stroke:#8885}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>',
    `<text x="${left}" y="24" font-size="15" font-weight="600">Prompts beyond the first gesture of a day, by what 19 stolen sessions show</text>`,
    ...[0.001, 0.01, 0.1, 1, 10].map(
      (prompts) =>
        `<line class="g" x1="${left}" x2="${width - right}" y1="${y(prompts)}" y2="${y(prompts)}"/><text x="${left - 8}" y="${y(prompts) + 4}" text-anchor="end">${prompts}</text>`,
    ),
    ...[100, 300, 1000, 3000].map(
      (exposed) =>
        `<line class="g" x1="${x(exposed)}" x2="${x(exposed)}" y1="${top}" y2="${height - bottom}"/><text x="${x(exposed)}" y="${height - bottom + 18}" text-anchor="middle">${exposed}</text>`,
    ),
    `<text x="${(left + width - right) / 2}" y="${height - 16}" text-anchor="middle">persons seen by 19 stolen sessions (19 x records)</text>`,
    ...classes.slice(0, colours.length).map(line),
    '</svg>',
    '',
  ].join('\n');
}

function line({ class: name, curve, fitted }: ClassAnalysis, place: number): string {
  const colour = colours[place] ?? '#666';
  const long = curve.filter(({ withinHours }) => withinHours === fitted.key.withinHours);
  const points = long.map(({ exposed, promptsPerDay }) => `${x(exposed)},${y(promptsPerDay)}`).join(' ');
  const chosen = long.find(({ records }) => records === fitted.key.records);
  const ring =
    chosen === undefined
      ? ''
      : `<circle cx="${x(chosen.exposed)}" cy="${y(chosen.promptsPerDay)}" r="5" fill="none" stroke="${colour}" stroke-width="2"/>`;
  const legend = `<line x1="${width - right + 12}" x2="${width - right + 30}" y1="${top + 8 + place * 20}" y2="${top + 8 + place * 20}" stroke="${colour}" stroke-width="2"/><text x="${width - right + 36}" y="${top + 12 + place * 20}">${name}</text>`;
  return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>${ring}${legend}`;
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

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseConfig } from './parse.ts';

const sound = readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8');
const refusedIn = (extra: string): readonly string[] => {
  const parsed = parseConfig(`${sound}\n${extra}`, { readFile: () => 'x'.repeat(64), environment: {} });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.unavailable.map(({ path, line }) => `${path}:${line > 1 ? 'placed' : line}`);
};

it('says nothing about the configuration that palier init writes', () => {
  expect(refusedIn('')).toEqual([]);
});

it.each([['log: { file: gateway.log }', 'log.file']])(
  'names a setting that would do nothing, with its line: %s',
  (extra, path) => {
    expect(refusedIn(extra)).toEqual([`${path}:placed`]);
  },
);

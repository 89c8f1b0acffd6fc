// Reads palier.yaml for the ports at hand. The file itself says 8080 and 8081 so that it can be read and used as it
// is; nothing else about it is changed.

import { readFileSync } from 'node:fs';
import { type Config, type ConfigProblem, parseConfig } from '@palier/gateway';

/** Where the gateway listens and where its portal is. */
export interface Ports {
  readonly gateway: number;
  readonly portal: number;
}

/** The demo's own configuration. */
export const demoSettings: URL = new URL('palier.yaml', import.meta.url);

/** Parses a configuration of the demo's shape; paths in it are taken from `folder`. An unsound one is an Error. */
export function readSettings(file: URL, ports: Ports, folder: string): Config {
  const text = readFileSync(file, 'utf8')
    .replaceAll(':8080', `:${ports.gateway}`)
    .replaceAll(':8081', `:${ports.portal}`);
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const parsed = parseConfig(text, { readFile, environment: {}, folder });
  if ('problems' in parsed) throw new Error(parsed.problems.map(sentence).join('\n'));
  return parsed.config;
}

function sentence({ line, path, problem, fix }: ConfigProblem): string {
  return `line ${line}, ${path}: ${problem}; ${fix}`;
}

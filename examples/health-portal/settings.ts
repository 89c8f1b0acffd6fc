// Reads palier.yaml for the ports at hand; nothing else about it is changed.

import { readFileSync } from 'node:fs';
import { type Config, parseConfig } from '@palier/gateway';

export interface Ports {
  readonly gateway: number;
  readonly portal: number;
  /** Of the provider, where programs call it. */
  readonly provider: number;
  /** Where cards are shown. */
  readonly cards: number;
}

const file: URL = new URL('palier.yaml', import.meta.url);

/** Paths in it are taken from `folder`; an unsound configuration is an Error with every problem. */
export function readSettings(ports: Ports, folder: string): Config {
  const text = readFileSync(file, 'utf8')
    .replaceAll(':8080', `:${ports.gateway}`)
    .replaceAll(':8081', `:${ports.portal}`)
    .replaceAll(':8444', `:${ports.provider}`)
    .replaceAll(':8443', `:${ports.cards}`);
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const parsed = parseConfig(text, { readFile, environment: {}, folder });
  if ('config' in parsed) return parsed.config;
  throw new Error(
    parsed.problems
      .map(({ line, path, problem, fix }) => `line ${line}, ${path}: ${problem}; ${fix}`)
      .join('\n'),
  );
}

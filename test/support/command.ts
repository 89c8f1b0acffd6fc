// The operator's commands, run in this process on the configuration of a site.
import { join } from 'node:path';
import type { Command } from '../../packages/gateway/src/cli/terminal.ts';
import type { Site } from './start.ts';

export async function runCommand(
  site: Site,
  command: Command,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly value: unknown }> {
  let out = '';
  const code = await command([...words, '--json', '--config', join(site.folder, 'palier.yaml')], {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    environment: {},
    interactive: false,
  });
  return { code, value: out === '' ? undefined : JSON.parse(out) };
}

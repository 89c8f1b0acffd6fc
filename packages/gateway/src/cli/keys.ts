// `palier keys rotate`: a new sealing key becomes current, and everything sealed under an older one is sealed anew. The
// gateway may run meanwhile: it needs a restart to seal with the new key, and opens both until then.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemRandom } from '@palier/mfa-core';
import { withMfa } from './state.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

export const keysCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals[0] !== 'rotate') throw new UsageError('write: palier keys rotate');
  const config = soundConfig(values.config, terminal);
  const current = addSealingKey(config.keys.file);
  const progress = await withMfa(config, terminal, (mfa) =>
    mfa.rotateKeys(({ seen, resealed }) => {
      if (terminal.interactive) terminal.err(`\r${seen} factors seen, ${resealed} sealed anew`);
    }),
  );
  print(
    terminal,
    values.json,
    { current, ...progress },
    `\nsealing key ${current} is current; ${progress.resealed} secret(s) sealed anew. Restart the gateway.\n`,
  );
  return 0;
};

/** Writes beside and renames over: a reader sees the old file or the new one, never half of it. */
function addSealingKey(path: string): string {
  const file = JSON.parse(readFileSync(path, 'utf8')) as {
    sealing: { current: string; keys: Record<string, string> };
  };
  const next = `k${Object.keys(file.sealing.keys).length + 1}`;
  const sealing = {
    current: next,
    keys: { ...file.sealing.keys, [next]: Buffer.from(systemRandom(32)).toString('base64url') },
  };
  writeFileSync(`${path}.new`, `${JSON.stringify({ ...file, sealing }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return next;
}

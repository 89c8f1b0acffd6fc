// `palier keys rotate`: a new sealing key becomes current, and everything sealed under an older one is sealed anew; the
// next assertion key signs, and a fresh one waits behind it. The gateway may run meanwhile: it takes the new keys at SIGHUP,
// and until then opens both and signs with a key that stays published. With `--records` the key of record digests is
// changed instead, with every count kept; `palier keys finish --records` ends that.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock, systemRandom } from '@palier/mfa-core';
import { finishRecordRotation, rotateRecordKey } from '../keys/record-rotation.ts';
import { type AssertionKeys, makeAssertionKey, rotateAssertionKeys } from '../proxy/assertion.ts';
import { withMfa } from './state.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

export const keysCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      records: { type: 'boolean', default: false },
      early: { type: 'boolean', default: false },
    },
  });
  const [verb] = positionals;
  if (verb !== 'rotate' && !(verb === 'finish' && values.records))
    throw new UsageError('write: palier keys rotate [--records] | keys finish --records [--early]');
  const config = soundConfig(values.config, terminal);
  const now = systemClock.now();
  if (verb === 'finish') {
    finishRecordRotation(config.keys.file, now, values.early);
    print(
      terminal,
      values.json,
      { finished: true },
      'the old record key is destroyed. Reload the gateway.\n',
    );
    return 0;
  }
  if (values.records) {
    const rotation = rotateRecordKey(config.keys.file, systemRandom, now);
    const words = `a new record key is current; the old one is needed until ${rotation.until}. Reload every gateway.\n`;
    print(terminal, values.json, rotation, words);
    return 0;
  }
  const { current, assertion } = await rotateFile(config.keys.file);
  const progress = await withMfa(config, terminal, (mfa) =>
    mfa.rotateKeys(({ seen, resealed }) => {
      if (terminal.interactive) terminal.err(`\r${seen} factors seen, ${resealed} sealed anew`);
    }),
  );
  print(
    terminal,
    values.json,
    { current, assertion, ...progress },
    `${terminal.interactive ? '\n' : ''}sealing key ${current} is current; ${progress.resealed} secret(s) sealed anew.\nassertion key ${assertion} signs. Reload the gateway (SIGHUP).\n`,
  );
  return 0;
};

interface KeyFile {
  readonly sealing: { readonly current: string; readonly keys: Readonly<Record<string, string>> };
  readonly assertion: AssertionKeys;
}

/** Writes beside and renames over: a reader sees the old file or the new one, never half of it. */
async function rotateFile(path: string): Promise<{ readonly current: string; readonly assertion: string }> {
  const file = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
  const current = `k${Object.keys(file.sealing.keys).length + 1}`;
  const sealing = {
    current,
    keys: { ...file.sealing.keys, [current]: Buffer.from(systemRandom(32)).toString('base64url') },
  };
  const assertion = rotateAssertionKeys(file.assertion, await makeAssertionKey());
  writeFileSync(`${path}.new`, `${JSON.stringify({ ...file, sealing, assertion }, null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(`${path}.new`, path);
  return { current, assertion: assertion[0].kid ?? '' };
}

// `palier keys rotate`: a new sealing key becomes current, and everything sealed under an older one is sealed anew; the
// next assertion key signs, and a fresh one waits behind it. The gateway may run meanwhile: it takes the new keys at SIGHUP,
// and until then opens both and signs with a key that stays published. With `--records` the key of record digests is
// changed instead, with every count kept; `palier keys finish --records` ends that. `palier keys renew` goes on with keys
// that are not those of the store, when those are lost.
import { parseArgs } from 'node:util';
import { systemClock, systemRandom } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import { readJson } from '../files/reading.ts';
import { changeFile } from '../files/writing.ts';
import { lossesOf, renewKeyMark } from '../keys/key-mark.ts';
import { readKeyFile } from '../keys/keys.ts';
import { finishRecordRotation, rotateRecordKey } from '../keys/record-rotation.ts';
import { turnSealing } from '../keys/sealing-turn.ts';
import { type AssertionKeys, makeAssertionKey, rotateAssertionKeys } from '../proxy/assertion.ts';
import { openForCommand } from '../stores/open.ts';
import { demandOwnKeys, withMfa } from './state.ts';
import { type Command, print, soundConfig, type Terminal } from './terminal.ts';
import { demandAtMost, verbError } from './words.ts';

const usage = 'write: palier keys rotate [--records] | keys finish --records [--early] | keys renew';

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
  if (verb !== 'rotate' && verb !== 'renew' && !(verb === 'finish' && values.records))
    throw verbError(verb, ['rotate', 'finish', 'renew'], usage);
  demandAtMost(1, positionals, usage);
  const config = soundConfig(values.config, terminal);
  if (verb === 'renew') return renew(config, terminal, values.json);
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
  // Before the file is touched: the keys of another store are not made the newest of two.
  await withMfa(config, terminal, (_, stores) => demandOwnKeys(config, stores));
  const { current, assertion, wasKnown } = await rotateFile(config.keys.file);
  const progress = await withMfa(config, terminal, async (mfa, stores) => {
    await demandOwnKeys(config, stores);
    return mfa.rotateKeys(({ seen, resealed }) => {
      if (terminal.interactive) terminal.err(`\r${seen} factors seen, ${resealed} sealed anew`);
    });
  });
  print(
    terminal,
    values.json,
    { current, assertion, wasKnown, ...progress },
    `${terminal.interactive ? '\n' : ''}sealing key ${current} is current; ${progress.resealed} secret(s) sealed anew.\nassertion key ${assertion} signs. ${wasKnown ? reload : reloadAtOnce}\n`,
  );
  return 0;
};

const reload = 'Reload every gateway (SIGHUP), and before the next rotation.';
const reloadAtOnce =
  'Reload every gateway (SIGHUP) at once: the file had no key that waited, and until then codes are a 503.';

/** Goes on with the keys of the file, whatever the store was written with; says what that costs. */
async function renew(config: Config, terminal: Terminal, json: boolean): Promise<number> {
  const keys = readKeyFile(config.keys.file);
  const stores = await openForCommand(config.stores);
  try {
    const renewed = await renewKeyMark(keys, stores.standings.keyMark);
    const words =
      renewed.length === 0
        ? 'these are the keys of the store: nothing to do\n'
        : `the store goes on with these keys:\n${lossesOf(renewed)
            .map((loss) => `  ${loss}\n`)
            .join(
              '',
            )}Reload every gateway, or start it again: one that runs with other keys counts apart until then.\n`;
    print(terminal, json, { renewed }, words);
    return renewed.length === 0 ? 1 : 0;
  } finally {
    await stores.close();
  }
}

interface KeyFile {
  readonly sealing: { readonly current: string; readonly keys: Readonly<Record<string, string>> };
  readonly assertion: AssertionKeys;
}

interface Rotated {
  readonly current: string;
  readonly assertion: string;
  /** Every gateway that was reloaded since the last rotation opens what is sealed under it. */
  readonly wasKnown: boolean;
}

async function rotateFile(path: string): Promise<Rotated> {
  readKeyFile(path);
  const fresh = await makeAssertionKey();
  let rotated: Rotated | undefined;
  changeFile(path, () => {
    const file = readJson(path, 'a key file') as KeyFile;
    const { wasKnown, ...sealing } = turnSealing(file.sealing, () =>
      Buffer.from(systemRandom(32)).toString('base64url'),
    );
    const assertion = rotateAssertionKeys(file.assertion, fresh);
    rotated = { current: sealing.current, assertion: assertion[0].kid ?? '', wasKnown };
    return `${JSON.stringify({ ...file, sealing, assertion }, null, 2)}\n`;
  });
  if (rotated === undefined) throw new TypeError('the file was changed without being read');
  return rotated;
}

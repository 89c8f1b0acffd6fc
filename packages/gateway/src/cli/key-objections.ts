// What `palier check` says of the key file: whether it can be read, and whether the durable store was written with it.
import type { Config } from '../config/config.ts';
import type { Objection } from '../config/issues.ts';
import { faultOf } from '../files/file-fault.ts';
import { StrangeKeys, strangersIn } from '../keys/key-mark.ts';
import { type GatewayKeys, readKeyFile } from '../keys/keys.ts';
import { readKeyMark } from '../stores/read-key-mark.ts';

export interface KeyObjections {
  readonly problems: readonly Objection[];
  readonly warnings: readonly Objection[];
}

const path = ['keys', 'file'] as const;

export async function keyObjections({ keys: { file }, stores }: Config): Promise<KeyObjections> {
  let keys: GatewayKeys;
  try {
    keys = readKeyFile(file);
  } catch (error) {
    return { problems: [{ path, ...faultOf(error, 'name the right file') }], warnings: [] };
  }
  try {
    const mark = await readKeyMark(stores.durable);
    const kinds = mark === undefined ? [] : strangersIn(mark, keys);
    if (kinds.length === 0) return { problems: [], warnings: [] };
    const { problem, fix } = new StrangeKeys(file, kinds);
    return { problems: [{ path, problem, fix }], warnings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    const problem = `could not be asked whether it was written with these keys: ${reason}`;
    const fix = 'check again where the store can be reached; the gateway asks it at its start';
    return { problems: [], warnings: [{ path: ['stores', 'durable'], problem, fix }] };
  }
}

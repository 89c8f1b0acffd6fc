// Lua scripts run by name, with the text as the fallback after a restart. One script is one verb is one round trip, and
// Redis runs one at a time. Keys and values are arguments; nothing is pasted into a script.
import { createHash } from 'node:crypto';
import { answered } from './faults.ts';

/** What is used of a client of the package redis (or any that speaks to Redis or Valkey this way). */
export interface RedisClient {
  sendCommand(words: readonly string[]): Promise<unknown>;
}

export interface Script {
  readonly text: string;
  readonly sha: string;
}

export function scriptOf(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Runs a script; errors and silence are ERR_MFA_STORE. */
export type RunScript = (
  script: Script,
  keys: readonly string[],
  values: readonly string[],
) => Promise<unknown>;

export function scriptsOn(client: RedisClient, patience: number): RunScript {
  return (script, keys, values) => answered(run(client, script, keys, values), patience);
}

async function run(
  client: RedisClient,
  { sha, text }: Script,
  keys: readonly string[],
  values: readonly string[],
): Promise<unknown> {
  const rest = [`${keys.length}`, ...keys, ...values];
  try {
    return await client.sendCommand(['EVALSHA', sha, ...rest]);
  } catch (error) {
    // Nothing ran: the server was restarted or its scripts were flushed (A125).
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.sendCommand(['EVAL', text, ...rest]);
  }
}

// The configuration as an emergency takes it: whole where it is sound, and else what can be read of it. One half-edited
// route must not keep an account from being locked.
import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { type NeededToStop, neededToStop } from '../config/needed-to-stop.ts';
import { parseConfig } from '../config/parse.ts';
import { configText, problemLines, surroundingsOf, type Terminal } from './terminal.ts';

export interface StopConfig extends NeededToStop {
  /** Undefined where the configuration is not sound: names of classes and organisations cannot be judged then. */
  readonly whole: Config | undefined;
  /** As they are written, as far as they can be read. */
  readonly routes: readonly string[];
}

/** For verbs that need no more than the stores. What is wrong is told as a warning; only stores that cannot be read refuse. */
export function stopConfig(path: string, terminal: Terminal): StopConfig {
  const text = configText(path);
  const surroundings = surroundingsOf(path, terminal);
  const read = parseConfig(text, surroundings);
  if ('config' in read) {
    const { config } = read;
    return { ...config, whole: config, routes: config.routes.map(({ id }) => id) };
  }
  const problems = problemLines(path, read.problems);
  const salvaged = neededToStop(text, surroundings);
  const why = 'unusable' in salvaged ? salvaged.unusable : absence(salvaged.needed);
  if ('unusable' in salvaged || why !== undefined)
    throw new Error(
      `nothing was done: the configuration is not sound, and its stores cannot be used: ${why}\n${problems}`,
    );
  const { needed, unread, routes } = salvaged;
  terminal.err(
    `warning: the configuration is not sound; this goes on with the stores it names (${placeOf(needed)})${withoutWords(unread)}\n${problems}`,
  );
  return { ...needed, whole: undefined, routes };
}

/** A file that is not there would be made: a stop in a new one holds for nobody. */
function absence({ stores: { durable } }: NeededToStop): string | undefined {
  if (durable.kind !== 'sqlite' || existsSync(durable.path)) return undefined;
  return `there is no ${durable.path}, which the gateway makes when it is first served`;
}

function placeOf({ stores: { durable } }: NeededToStop): string {
  if (durable.kind === 'sqlite') return durable.path;
  return durable.kind === 'memory' ? 'memory' : durable.url.href;
}

const lost: Readonly<Record<string, string>> = {
  notify: 'notify cannot be read: nobody is sent a notice of it',
  keys: 'keys cannot be read: sessions are not ended',
};

function withoutWords(unread: readonly string[]): string {
  return unread.map((name) => `; ${lost[name] ?? name}`).join('');
}

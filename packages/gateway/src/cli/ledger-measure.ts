// What a ledger is held against besides itself: heads that were kept on another machine, and how long its segments had to
// be kept. The chain alone cannot tell a ledger whose end was cut off from a whole one.
import { type Seconds, systemClock } from '@palier/mfa-core';
import type { JWK } from 'jose';
import { parseDuration } from '../config/scalars.ts';
import { FileError } from '../files/file-fault.ts';
import { readJson, readText } from '../files/reading.ts';
import type { WitnessedHead } from '../ledger/witness.ts';
import { soundConfig, type Terminal } from './terminal.ts';
import { UsageError } from './words.ts';

/** The words of the command line. */
interface Given {
  readonly config: string;
  readonly directory?: string | undefined;
  readonly heads?: string | undefined;
  readonly retention?: string | undefined;
}

export interface Measure {
  readonly witnessed: readonly WitnessedHead[];
  /** What ended since must be here. */
  readonly keptFrom: number | undefined;
}

/** Retention is what the configuration says, unless a copy is looked at somewhere else. */
export function measureOf({ config, directory, heads, retention }: Given, terminal: Terminal): Measure {
  const configured = directory === undefined ? soundConfig(config, terminal).ledger.retention : undefined;
  const kept = retention === undefined ? configured : durationOf(retention);
  return {
    witnessed: heads === undefined ? [] : headsIn(heads),
    keptFrom: kept && systemClock.now() - kept * 1000,
  };
}

function durationOf(text: string): Seconds {
  const duration = parseDuration(text);
  if (duration === undefined) throw new UsageError(`"${text}" is no duration: write --retention 365d`);
  return duration;
}

/** The operator's private keys, each in a file of its own. */
export function privateKeysIn(paths: readonly string[]): readonly JWK[] {
  return paths.map((path) => {
    const key = readJson(path, "the operator's private key (JWK)");
    if (typeof key === 'object' && key !== null && 'd' in key) return key as JWK;
    const fix = 'name the file that palier init wrote as ledger-private.jwk, from where you keep it';
    throw new FileError({ problem: `${path} is not the operator's private key (JWK)`, fix });
  });
}

/** One head a line, as `palier ledger verify` and the gateway's log print them; the log's lines also have a time. */
function headsIn(path: string): readonly WitnessedHead[] {
  return readText(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const head = objectIn(line) as Partial<WitnessedHead & { readonly time: string }>;
      const { instance, segment, entries, hash, time } = head;
      const at = time === undefined ? Number.NaN : Date.parse(time);
      if (
        typeof instance !== 'string' ||
        typeof segment !== 'number' ||
        typeof entries !== 'number' ||
        typeof hash !== 'string'
      )
        throw new UsageError(
          `${path}: every line is a head: instance, segment, entries, hash. From a log take only: grep '"kind":"ledger-segment"'`,
        );
      return { instance, segment, entries, hash, at: Number.isNaN(at) ? undefined : at };
    });
}

/** A line that is no object has nothing in it. */
function objectIn(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

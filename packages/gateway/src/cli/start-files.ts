// What a configuration names on this machine, tried by the code that uses it and before anything is written: `palier check`
// lists it, and `palier serve` refuses with the same words. What only opening shows (a server that does not answer, a
// damaged table, a port that is taken) is left to the start.
import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '@palier/mfa-core';
import { readCanaries } from '../budget/canaries.ts';
import { createRecordKeys } from '../budget/record-keys.ts';
import { recordTypes } from '../budget/record-types.ts';
import type { Config, ConfigProblem, StoreAddress } from '../config/config.ts';
import type { Objection, Path } from '../config/issues.ts';
import type { ParsedConfig } from '../config/parse.ts';
import { warningsOf } from '../config/warnings.ts';
import { readPair } from '../files/certificate-pair.ts';
import { type FileFault, faultOf } from '../files/file-fault.ts';
import { readText } from '../files/reading.ts';
import { folderFault, placeFault } from '../files/writing.ts';
import { readSeal } from '../ledger/seal-file.ts';
import { cardFileObjections } from './card-files.ts';
import { keyObjections } from './key-objections.ts';
import { providerFileObjections } from './provider-files.ts';
import { readConfig, type Terminal, unsound, warningLines } from './terminal.ts';
import { upstreamWarnings } from './upstream-warnings.ts';

/** The sound configuration whose files are sound too, or an error that lists every problem. */
export async function soundStart(path: string, terminal: Terminal): Promise<Config> {
  const read = readConfig(path, terminal);
  if ('problems' in read) throw unsound(path, read.problems);
  const { problems, warnings } = await startProblems(read);
  if (problems.length > 0) throw unsound(path, problems);
  terminal.err(warningLines(path, warnings));
  return read.config;
}

export interface StartProblems {
  readonly problems: readonly ConfigProblem[];
  /** What is sound but rarely meant, and what could not be asked. */
  readonly warnings: readonly ConfigProblem[];
}

/** Every file that a start would stumble over, in the order of the lines that name them. */
export async function startProblems({
  config,
  place,
}: Extract<ParsedConfig, { readonly config: Config }>): Promise<StartProblems> {
  const store = ofStore(['stores', 'durable'], config.stores.durable);
  // A store that cannot be used is told once, and not asked for its keys.
  const stores = store.length === 0 ? config.stores : { ...config.stores, durable: nowhere };
  const keys = await keyObjections({ ...config, stores });
  const problems = [...keys.problems, ...store, ...(await fileObjections(config))].map(place);
  return {
    problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
    warnings: [...warningsOf(config), ...keys.warnings, ...(await upstreamWarnings(config))].map(place),
  };
}

const nowhere: StoreAddress = { kind: 'memory' };

async function fileObjections(config: Config): Promise<readonly Objection[]> {
  const { tls, budgets, log } = config;
  return [
    ...(tls === undefined ? [] : tried(['tls'], () => readPair(tls))),
    ...(await ofLedger(config)),
    ...(log.file === undefined ? [] : faulty(['log', 'file'], placeFault(log.file))),
    ...ofAuthorities(config),
    ...tried(['budgets', 'canaries'], () => readCanaries(budgets.canaries, anyKeys(config))),
    ...(await cardFileObjections(config)),
    ...providerFileObjections(config),
  ];
}

async function ofLedger({ ledger: { sealTo, directory } }: Config): Promise<readonly Objection[]> {
  if (sealTo === undefined) return [];
  const seal = await readSeal(sealTo).then(
    () => [],
    (error: unknown) => [flaw(['ledger', 'sealTo'], error)],
  );
  return [...seal, ...faulty(['ledger', 'directory'], folderFault(directory))];
}

function ofStore(path: Path, store: StoreAddress): readonly Objection[] {
  if (store.kind !== 'sqlite' || store.path === ':memory:') return [];
  return faulty(path, placeFault(store.path) ?? foreignFault(resolve(store.path)));
}

/** SQLite's own first word, and Palier's mark; an empty file becomes one (sqlite.org/fileformat2.html, section 1.3). */
function foreignFault(path: string): FileFault | undefined {
  const head = Buffer.alloc(72);
  try {
    const file = openSync(path, 'r');
    const read = readSync(file, head, 0, head.length, 0);
    closeSync(file);
    const ours =
      head.toString('latin1', 0, 15) === 'SQLite format 3' && head.toString('latin1', 68) === 'PALR';
    if (read === 0 || ours) return undefined;
  } catch {
    return undefined; // It is not there yet.
  }
  return { problem: `${path} is no database of Palier`, fix: 'name another file' };
}

function ofAuthorities({ upstreams, identity }: Config): readonly Objection[] {
  const portals = [...upstreams].flatMap(([name, { ca }]) =>
    ca === undefined ? [] : tried(['upstream', name, 'ca'], () => readText(ca)),
  );
  const issuers = identity.flatMap((one, index) => {
    if (one.kind !== 'jwt') return [];
    // Keys in a file are read when they are needed, and may come later.
    const ca = one.jwks.kind === 'file' ? undefined : one.jwks.ca;
    return ca === undefined ? [] : tried(['identity', index, 'jwt', 'jwks'], () => readText(ca));
  });
  return [...portals, ...issuers];
}

/** Any key does: what is a record does not rest on it. */
function anyKeys({ recordTypes: own }: Config): ReturnType<typeof createRecordKeys> {
  return createRecordKeys({ current: new Secret(new Uint8Array(32)) }, '', recordTypes(own));
}

function tried(path: Path, act: () => unknown): readonly Objection[] {
  try {
    act();
    return [];
  } catch (error) {
    return [flaw(path, error)];
  }
}

function flaw(path: Path, error: unknown): Objection {
  return { path, ...faultOf(error, 'name the right file') };
}

function faulty(path: Path, fault: FileFault | undefined): readonly Objection[] {
  return fault === undefined ? [] : [{ path, ...fault }];
}

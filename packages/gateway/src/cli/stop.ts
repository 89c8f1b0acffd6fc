// `palier stop`, `palier resume`: the kill switch. Holds on every instance in under a second, open streams included.
import { parseArgs } from 'node:util';
import { systemClock } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import { didYouMean } from '../config/nearest.ts';
import { type Stop, type StopKind, stopKinds } from '../stops/stop.ts';
import { openForCommand } from '../stores/open.ts';
import { accountNamed } from './state.ts';
import { type StopConfig, stopConfig } from './stop-config.ts';
import { type Command, operatorName, print, type Terminal } from './terminal.ts';
import { doneForNobody, unknownStop } from './unknown-names.ts';
import { demandAtMost, UsageError, verbError } from './words.ts';

const kinds = stopKinds.slice(0, -1).join('|');
const usage = `write: palier stop ${kinds} NAME [--reason TEXT] | stop everything | stop list`;
const usageOfResume = `write: palier resume ${kinds} NAME | resume everything`;

const options = {
  config: { type: 'string', default: 'palier.yaml' },
  json: { type: 'boolean', default: false },
  reason: { type: 'string', default: '' },
} as const;

export const stopCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const config = stopConfig(values.config, terminal);
  if (positionals[0] === 'list') {
    demandAtMost(1, positionals, usage);
    return withStores(config, (stores) => list(stores, terminal, values.json));
  }
  const what = whatOf(positionals, usage);
  if (what.kind === 'route') requireRoute(what.name, config);
  return withStores(config, async (stores) => {
    const stop = stopNow(what, values.reason);
    await stores.standings.stops.put(stop);
    const warning = await unknownStop(what, config, stores);
    if (warning !== undefined) terminal.err(warning);
    const { kind, name } = what;
    const words =
      warning === undefined
        ? `stopped: ${kind} ${name}${spelt(kind)}`
        : `stopped, ${config.whole === undefined && kind !== 'account' ? 'unchecked' : 'though nobody known here has it'}: ${kind} ${name}`;
    print(terminal, values.json, { ...stop, known: warning === undefined }, `${words}\n`);
    return warning === undefined ? 0 : doneForNobody;
  });
};

/** The portal has the list; a name that was misspelt cannot be told from one. */
function spelt(kind: StopKind): string {
  return kind === 'organisation' ? ' (as the portal spells it; Palier has no list of organisations)' : '';
}

export const resumeCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const config = stopConfig(values.config, terminal);
  // Also what the configuration has no more: a stop that cannot be lifted would hold for whoever writes it again.
  const { kind, name } = whatOf(positionals, usageOfResume);
  return withStores(config, async ({ standings }) => {
    const outcome = await standings.stops.end(kind, name);
    const words =
      outcome === 'ended' ? 'ended' : `nothing was stopped as ${kind} "${name}" (palier stop list)`;
    print(terminal, values.json, { outcome }, `${words}\n`);
    return outcome === 'ended' ? 0 : 1;
  });
};

/** Who did it is written down: the name of the login on this machine. */
export function stopNow(what: Pick<Stop, 'kind' | 'name'>, reason: string): Stop {
  const by = operatorName();
  return { ...what, reason: reason.slice(0, 500), by, at: systemClock.now() };
}

type Stores = Awaited<ReturnType<typeof openForCommand>>;

export async function withStores<T>(
  config: Pick<Config, 'stores'>,
  act: (stores: Stores) => Promise<T>,
): Promise<T> {
  const stores = await openForCommand(config.stores);
  try {
    return await act(stores);
  } finally {
    await stores.close();
  }
}

async function list({ standings }: Stores, terminal: Terminal, json: boolean): Promise<number> {
  const rows = (await standings.stops.list()).map((stop) => ({
    ...stop,
    at: new Date(stop.at).toISOString(),
  }));
  const words = rows.map((row) => `${row.at}  ${row.kind} ${row.name}  by ${row.by}  ${row.reason}\n`);
  print(terminal, json, rows, words.join('') || 'nothing is stopped\n');
  return 0;
}

function whatOf(
  words: readonly string[],
  asked: string,
): {
  readonly kind: StopKind;
  readonly name: string;
} {
  const [first, name = ''] = words;
  const kind = stopKinds.find((one) => one === first);
  if (kind === undefined || (kind === 'everything') !== (name === ''))
    throw verbError(first, [...stopKinds, 'list'], asked);
  demandAtMost(2, words, asked);
  return { kind, name: kind === 'account' ? accountNamed(name) : name };
}

/**
 * Routes are the configuration's own, and none comes by itself: a stop of one it has not would stop nothing. Of one that is
 * not sound, the gateway may run with a route that cannot be read here.
 */
function requireRoute(name: string, { routes, whole }: StopConfig): void {
  if (whole === undefined || routes.includes(name)) return;
  const asked = didYouMean(name, routes) ?? 'write it as the configuration does';
  throw new UsageError(`nothing was stopped: no route is written "${name}"; ${asked}`);
}

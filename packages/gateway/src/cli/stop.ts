// `palier stop`, `palier resume`: the kill switch. Holds on every instance in under a second, open streams included.
import { parseArgs } from 'node:util';
import { systemClock } from '@palier/mfa-core';
import type { Config } from '../config/config.ts';
import { type Stop, type StopKind, stopKinds } from '../stops/stop.ts';
import { openForCommand } from '../stores/open.ts';
import { accountNamed } from './state.ts';
import { type Command, operatorName, print, soundConfig, type Terminal, UsageError } from './terminal.ts';

const usage = `write: palier stop ${stopKinds.slice(0, -1).join('|')} NAME [--reason TEXT] | stop everything | stop list`;

const options = {
  config: { type: 'string', default: 'palier.yaml' },
  json: { type: 'boolean', default: false },
  reason: { type: 'string', default: '' },
} as const;

export const stopCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const config = soundConfig(values.config, terminal);
  if (positionals[0] === 'list') return withStores(config, (stores) => list(stores, terminal, values.json));
  const what = whatOf(positionals, config);
  return withStores(config, async ({ standings }) => {
    const stop = stopNow(what, values.reason);
    await standings.stops.put(stop);
    print(terminal, values.json, stop, `stopped: ${what.kind} ${what.name}\n`);
    return 0;
  });
};

export const resumeCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const config = soundConfig(values.config, terminal);
  const { kind, name } = whatOf(positionals, config);
  return withStores(config, async ({ standings }) => {
    const outcome = await standings.stops.end(kind, name);
    print(terminal, values.json, { outcome }, `${outcome}\n`);
    return outcome === 'ended' ? 0 : 1;
  });
};

/** Who did it is written down: the name of the login on this machine. */
export function stopNow(what: Pick<Stop, 'kind' | 'name'>, reason: string): Stop {
  const by = operatorName();
  return { ...what, reason: reason.slice(0, 500), by, at: systemClock.now() };
}

type Stores = Awaited<ReturnType<typeof openForCommand>>;

async function withStores(config: Config, act: (stores: Stores) => Promise<number>): Promise<number> {
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

/** A stop that names what does not exist would stop nothing, and nobody would notice: it is refused. */
function whatOf(
  [first, name = '', ...rest]: readonly string[],
  config: Config,
): { readonly kind: StopKind; readonly name: string } {
  const kind = stopKinds.find((one) => one === first);
  if (kind === undefined || rest.length > 0 || (kind === 'everything') !== (name === ''))
    throw new UsageError(usage);
  if (kind === 'account') return { kind, name: accountNamed(name) };
  if (kind === 'route' && !config.routes.some(({ id }) => id === name))
    throw new UsageError(`no route is written "${name}"; write it as the configuration does`);
  return { kind, name };
}

// `palier observed`: what a running gateway in observe mode would have asked and refused, by class of account; of one that
// enforces, how often caps refuse, which requests were refused, and what was observed before. Asks its health listener,
// which only the operator's side reaches.
import { parseArgs } from 'node:util';
import type { Config } from '../config/config.ts';
import type { ObservedTables } from '../gate/observer.ts';
import type { RefusedTables } from '../health.ts';
import { observedTable, refusedTable } from './observed-words.ts';
import { type Command, print, soundConfig } from './terminal.ts';

const patienceMilliseconds = 3000;

export const observedCommand: Command = async (argv, terminal) => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  const place = placeOf(soundConfig(values.config, terminal).healthListen);
  const nobody = (who: string): Error =>
    new Error(
      `${who} answers at ${place}, where healthListen of ${values.config} says the gateway is\n    fix: start it (palier serve), or name the configuration it runs with: --config FILE`,
    );
  const observed = await tablesAt<ObservedTables>(`${place}/observed`, nobody);
  if (observed !== undefined) {
    print(terminal, values.json, observed, observedTable(observed));
    return 0;
  }
  const refused = await tablesAt<RefusedTables>(`${place}/refused`, nobody);
  if (refused === undefined) throw nobody('another program');
  const { counts, ...more } = refused;
  print(terminal, values.json, { refused: counts, ...more }, refusedTable(refused));
  return 0;
};

function placeOf({ host, port }: Config['healthListen']): string {
  if (port === 0)
    throw new Error(
      'healthListen has port 0\n    fix: write a port that this command can know, and restart the gateway',
    );
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Undefined: nothing is counted there. */
async function tablesAt<Tables extends object>(
  place: string,
  nobody: (who: string) => Error,
): Promise<Tables | undefined> {
  const answer = await fetch(place, { signal: AbortSignal.timeout(patienceMilliseconds) }).catch(() => {
    throw nobody('no gateway');
  });
  if (answer.status === 404) return undefined;
  const told = (await answer.json().catch(() => ({}))) as Tables;
  if (!('counts' in told)) throw nobody('another program');
  return told;
}

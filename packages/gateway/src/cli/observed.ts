// `palier observed`: what a running gateway in observe mode would have asked and refused, by class of account; of one that
// enforces, how often caps refuse. Asks its health listener, which only the operator's side reaches.
import { parseArgs } from 'node:util';
import type { RefusedDays } from '../budget/refused-days.ts';
import type { Config } from '../config/config.ts';
import type { ObservedCount } from '../gate/observer.ts';
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
  const counts = await countsAt<ObservedCount>(`${place}/observed`, nobody);
  if (counts !== undefined) {
    print(terminal, values.json, { counts }, tableOf(counts));
    return 0;
  }
  const refused = await countsAt<RefusedDays>(`${place}/refused`, nobody);
  if (refused === undefined) throw nobody('another program');
  print(terminal, values.json, { refused }, refusedTable(refused));
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
async function countsAt<T>(place: string, nobody: (who: string) => Error): Promise<readonly T[] | undefined> {
  const answer = await fetch(place, { signal: AbortSignal.timeout(patienceMilliseconds) }).catch(() => {
    throw nobody('no gateway');
  });
  if (answer.status === 404) return undefined;
  const told = (await answer.json().catch(() => ({}))) as { readonly counts?: readonly T[] };
  if (told.counts === undefined) throw nobody('another program');
  return told.counts;
}

function tableOf(counts: readonly ObservedCount[]): string {
  if (counts.length === 0) return 'nothing would have been asked or refused since the gateway began\n';
  const rows = [...counts]
    .sort((one, two) => one.class.localeCompare(two.class) || two.count - one.count)
    .map((row) => `${row.class.padEnd(16)}  ${row.denial.padEnd(40)}  ${whereOf(row)}\n`);
  return `${'class'.padEnd(16)}  ${'would have been'.padEnd(40)}  times  where\n${rows.join('')}`;
}

function whereOf({ count, route, parameter }: ObservedCount): string {
  if (route === undefined) return `${count}`;
  return `${String(count).padEnd(5)}  ${route}${parameter === undefined ? '' : `, query: ${parameter}`}`;
}

/** Beside it one should hold how many account-days there were: one in 2,000 is what the fit aims at. */
function refusedTable(refused: readonly RefusedDays[]): string {
  const head = 'the gateway enforces; caps that refused somebody since it began:\n';
  if (refused.length === 0) return `${head}none\n`;
  const rows = [...refused]
    .sort((one, two) => one.class.localeCompare(two.class) || two.accountDays - one.accountDays)
    .map(({ class: name, cap, accountDays }) => `${name.padEnd(16)}  ${cap.padEnd(16)}  ${accountDays}\n`);
  return `${head}${'class'.padEnd(16)}  ${'cap'.padEnd(16)}  account-days\n${rows.join('')}`;
}

// `palier observed`: what a running gateway in observe mode would have asked and refused, by class of account. Asks its
// health listener, which only the operator's side reaches.
import { parseArgs } from 'node:util';
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
  const counts = await countsOf(soundConfig(values.config, terminal).healthListen);
  print(terminal, values.json, { counts }, tableOf(counts));
  return 0;
};

async function countsOf({ host, port }: Config['healthListen']): Promise<readonly ObservedCount[]> {
  if (port === 0) throw new Error('healthListen has port 0: write a port that this command can know');
  const place = `http://${host.includes(':') ? `[${host}]` : host}:${port}/observed`;
  const answer = await fetch(place, { signal: AbortSignal.timeout(patienceMilliseconds) }).catch(() => {
    throw new Error(`no gateway answers at ${place}`);
  });
  if (answer.status === 404) throw new Error('the gateway enforces: there is nothing it only observed');
  const { counts } = (await answer.json()) as { readonly counts: readonly ObservedCount[] };
  return counts;
}

function tableOf(counts: readonly ObservedCount[]): string {
  if (counts.length === 0) return 'nothing would have been asked or refused since the gateway began\n';
  const rows = [...counts]
    .sort((one, two) => one.class.localeCompare(two.class) || two.count - one.count)
    .map(({ class: name, denial, count }) => `${name.padEnd(16)}  ${denial.padEnd(40)}  ${count}\n`);
  return `${'class'.padEnd(16)}  ${'would have been'.padEnd(40)}  times\n${rows.join('')}`;
}

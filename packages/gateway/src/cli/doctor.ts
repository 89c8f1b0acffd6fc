// `palier doctor URL [--path /a/guarded/path] [--portal URL] [--config FILE]`: asks the deployed chain, front included,
// what an attacker would ask it from outside. Only these addresses are asked; whoever runs it must be allowed to.
import { parseArgs } from 'node:util';
import type { Config } from '../config/config.ts';
import { strangerWarnings } from '../config/warnings.ts';
import { type Chain, type Finding, type Probe, probesOf } from './doctor-probes.ts';
import { whyAway } from './doctor-wire.ts';
import { type Command, print, progressOn, soundConfig } from './terminal.ts';
import { UsageError } from './words.ts';

const atOnce = 4;

type Told = Finding & Pick<Probe, 'name' | 'shows' | 'mend' | 'lets'>;

export const doctorCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      path: { type: 'string', default: '/' },
      portal: { type: 'string' },
      json: { type: 'boolean', default: false },
      // What no question from outside can find out, the file tells.
      config: { type: 'string' },
    },
  });
  const [address, ...more] = positionals;
  if (address === undefined || more.length > 0)
    throw new UsageError('write: palier doctor URL [--path /a/guarded/path] [--portal URL] [--config FILE]');
  if (!/^\/[A-Za-z0-9/_.~-]*$/.test(values.path))
    throw new UsageError('--path is a path as the routes write it, for example /patients/1');
  const portal = values.portal === undefined ? undefined : originIn(values.portal);
  const config = values.config === undefined ? undefined : soundConfig(values.config, terminal);
  const url = originIn(address);
  const away = await whyAway(url);
  if (away !== undefined) {
    const problem = `nobody can be asked at ${url.origin}: ${away}`;
    print(terminal, values.json, { healthy: false, problem, probes: [] }, `${problem}\n`);
    return 1;
  }
  const fired = await fireAll({ url, path: values.path, portal }, progressOn(terminal));
  const told =
    config === undefined ? fired : [...fired.map((one) => judgedIn(config, one)), ...inFile(config)];
  const healthy = told.every(({ verdict }) => verdict !== 'bad');
  print(terminal, values.json, { healthy, probes: told }, wordsOf(told));
  return healthy ? 0 : 1;
};

/** A few at a time, so that no front takes the doctor for an attack; each is bounded, so all are. */
async function fireAll(chain: Chain, progress: ReturnType<typeof progressOn>): Promise<readonly Told[]> {
  const probes = probesOf(chain);
  const told: Told[] = [];
  for (let at = 0; at < probes.length; at += atOnce) {
    const some = probes.slice(at, at + atOnce);
    told.push(
      ...(await Promise.all(some.map(async ({ fire, ...probe }) => ({ ...probe, ...(await fire()) })))),
    );
    progress({ done: told.length, total: probes.length });
  }
  return told;
}

/** What a gateway that observes lets through is no hole, and no front is to be mended for it. */
function judgedIn({ mode }: Config, told: Told): Told {
  if (mode !== 'observe' || told.lets !== 'observing' || told.verdict !== 'bad') return told;
  const shows = 'the gateway observes (mode: observe) and refuses nothing: what is behind it answered';
  return { ...told, verdict: 'unclear', shows, mend: 'ask again with mode: enforce' };
}

function inFile(config: Config): readonly Told[] {
  return [enforcedIn(config), strangersIn(config)];
}

/** What observe mode lets through looks from outside like a way round the gateway. */
function enforcedIn({ mode }: Config): Told {
  return {
    name: 'what is refused is enforced',
    shows: 'observe mode refuses nothing: what is found above may be what it lets through',
    mend: 'ask again with mode: enforce',
    verdict: mode === 'enforce' ? 'good' : 'unclear',
    saw: `mode: ${mode}`,
  };
}

/** From outside, one guesser cannot see whether he is told from another. */
function strangersIn(config: Config): Told {
  const warnings = strangerWarnings(config);
  return {
    name: 'strangers are told apart',
    shows:
      'everybody has the address of the front: limits at sign-in and conditions on networks take them for one',
    mend: warnings[0]?.fix ?? '',
    verdict: warnings.length === 0 ? 'good' : 'bad',
    saw: `${warnings.length} warning(s) of palier check`,
  };
}

function originIn(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw new UsageError(`write an address with http:// or https://`);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new UsageError('write the address without a path; a guarded path goes to --path');
  return url;
}

function wordsOf(told: readonly Told[]): string {
  const width = Math.max(...told.map(({ name }) => name.length));
  const lines = told.flatMap(({ name, verdict, saw, shows, mend }) => [
    `${verdict.padEnd(9)}  ${name.padEnd(width)}  ${saw}`,
    ...(verdict === 'bad' ? [`    ${shows}`, `    fix: ${mend}`] : []),
    // What answered was not Palier, and it may be no hole at all.
    ...(verdict === 'unclear' ? [`    perhaps: ${shows}`, `    if so: ${mend}`] : []),
  ]);
  const count = (wanted: Told['verdict']): number => told.filter(({ verdict }) => verdict === wanted).length;
  const end = `${count('bad')} found, ${count('unclear')} unclear, ${count('not tried')} not tried, of ${told.length} probes`;
  return `${[...lines, end].join('\n')}\n`;
}

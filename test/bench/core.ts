// `npm run bench:core`: what judging a second factor costs, beside the bare libraries and better-auth. Batches take turns
// and every ratio is of two batches of one round, since the speed of a shared machine drifts.
//   --rounds N   (31)    --json   one line instead of the tables
import { parseArgs } from 'node:util';
import { openBench } from './core/people.ts';
import { type Contender, type Measured, measure } from './core/rounds.ts';
import { totpContenders } from './core/totp.ts';
import { webauthnContenders } from './core/webauthn.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '31' }, json: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 3)
  throw new RangeError('--rounds is a whole number, three or more');

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function run(
  title: string,
  batch: number,
  contenders: readonly Contender[],
): Promise<readonly Measured[]> {
  const progress = (done: number, all: number): void => say(`${title}: round ${done} of ${all}`);
  const measured = await measure(contenders, { rounds, batch, progress });
  say('');
  return measured;
}

function table(title: string, rows: readonly Measured[]): string {
  const head = `${title.padEnd(38)} ${'a CPU second'.padStart(12)} ${'ratio'.padStart(7)} ${'quickest'.padStart(9)}  of the first: least to most`;
  const lines = rows.map(({ name, perSecond, quickest, ratio: { median, min, max } }) =>
    [
      name.padEnd(38),
      `${perSecond}`.padStart(12),
      median.toFixed(2).padStart(7),
      quickest.toFixed(2).padStart(9),
      ` ${min.toFixed(2)} to ${max.toFixed(2)}`,
    ].join(' '),
  );
  return `${head}\n${lines.join('\n')}\n`;
}

const bench = openBench();
const totp = await run('TOTP', 100, await totpContenders(bench));
const webauthn = await run('WebAuthn, ES256', 30, await webauthnContenders(bench));
if (values.json) {
  console.log(JSON.stringify({ node: process.version, rounds, totp, webauthn }));
} else {
  console.log(`Node ${process.version}, ${rounds} rounds\n`);
  console.log(table('TOTP, a right code', totp));
  console.log(table('WebAuthn, a right assertion (ES256)', webauthn));
  console.log(
    'Not beside us: @better-auth/passkey 1.7.6 does not install with better-auth 1.7.25 (@better-auth/utils).',
  );
}

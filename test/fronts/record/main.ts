// Records what fronts ask and forward, as shipped, for test/fronts/recorded.test.ts: each named one that is on the PATH.
//   npm run record:fronts -- [nginx haproxy caddy traefik envoy]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AskingProgram } from '../../support/asking-front.ts';
import { record } from './recording.ts';

const all = ['nginx', 'haproxy', 'caddy', 'traefik', 'envoy'] as const;
const asksVersion: Readonly<Record<AskingProgram, string>> = {
  nginx: '-v',
  haproxy: '-v',
  caddy: 'version',
  traefik: 'version',
  envoy: '--version',
};
const folder = new URL('../recorded/', import.meta.url);

/** Undefined where the program is not there. */
function versionOf(front: AskingProgram): string | undefined {
  const said = spawnSync(front, [asksVersion[front]], { encoding: 'utf8' });
  if (said.error !== undefined) return undefined;
  return /\d+\.\d+\.\d+/.exec(`${said.stdout}${said.stderr}`)?.[0];
}

async function keep(front: AskingProgram, version: string): Promise<void> {
  const { recording, files } = await record(front, version, new Date().toISOString().slice(0, 10));
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder))
    if (old.startsWith(`${front}-`)) rmSync(new URL(old, folder), { recursive: true });
  const place = new URL(`${front}-${version}/`, folder);
  mkdirSync(place);
  writeFileSync(new URL('exchanges.json', place), `${JSON.stringify(recording, undefined, 1)}\n`);
  for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, place), text);
  process.stdout.write(`${front} ${version}: ${recording.exchanges.length} requests recorded\n`);
}

const wanted = process.argv.slice(2);
for (const front of all.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  const version = versionOf(front);
  if (version === undefined) process.stdout.write(`${front}: not on the PATH, skipped\n`);
  else await keep(front, version);
}

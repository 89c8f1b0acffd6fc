// The benchmark runs to its end and says what it measured; its figures are looked at by people.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../packaging/pack.ts';

it('npm run bench:core measures every contender against the bare library', async () => {
  const script = ['--conditions=palier-source', 'test/bench/core.ts', '--json', '--rounds', '3'];
  const { stdout } = await promisify(execFile)(process.execPath, script, { cwd: root });
  const { totp, webauthn } = JSON.parse(stdout) as Record<string, readonly { ratio: { median: number } }[]>;
  expect([totp?.length, webauthn?.length]).toEqual([7, 4]);
  for (const { ratio } of [...(totp ?? []), ...(webauthn ?? [])]) expect(ratio.median).toBeGreaterThan(0);
}, 120_000);

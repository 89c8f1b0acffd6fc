// README.md: the program called from a folder of the operator's, with the clone's Node and without npm, as an alias and as
// a service calls it.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../packaging/pack.ts';

const run = promisify(execFile);
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, called = ''] = /^alias palier='([^']+)'$/m.exec(readme) ?? [];
const [node = '', program = ''] = called.split(' ').map((path) => path.replace('/srv/palier/', root));
const folder = mkdtempSync(join(tmpdir(), 'palier-elsewhere-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Nothing on the path: neither npm nor another Node. */
const palier = (...words: readonly string[]): Promise<{ readonly stdout: string }> =>
  run(node, [program, ...words], { cwd: folder, env: { PATH: '' } });

describe('palier from another folder', () => {
  it('writes and checks the configuration that lies there, by the two paths of the README', async () => {
    expect((await palier('init')).stdout).toContain('written: palier.yaml');
    expect((await palier('check')).stdout).toMatch(/palier\.yaml is sound\n$/);
    expect((await palier('check', '--config', join(folder, 'palier.yaml'))).stdout).toContain('is sound');
  });

  it('is called by a service in the same way', () => {
    const [, service = ''] = /^ExecStart=(.*)$/m.exec(readme) ?? [];
    expect(service).toBe(`${called} serve --config /etc/palier/palier.yaml`);
  });
});

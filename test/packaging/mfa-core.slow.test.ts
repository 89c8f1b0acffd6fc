// The packed library under every Node it promises, installed by npm itself into a blank folder. The Node binaries are
// packages of the registry, kept under node_modules/.cache.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blankFolder, installByHand, packCore, root } from './pack.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'palier-nodes-'));
const blank = blankFolder(join(folder, 'blank'));
let tarball = '';

beforeAll(async () => {
  tarball = await packCore(folder);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: blank });
  cpSync(new URL('./use.mjs', import.meta.url), join(blank, 'use.mjs'));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('installed by npm, the library', () => {
  it.each([
    ['22.12.0', false],
    ['22.23.5', true],
    ['24.21.0', true],
    ['26.12.1', true],
  ])('works under Node %s', async (version, sqlite) => {
    const { stdout } = await run(await nodeOf(version), ['use.mjs'], { cwd: blank });
    expect(JSON.parse(stdout)).toEqual({ node: version, sqlite });
    rmSync(join(blank, 'used.db'), { force: true });
  });

  it('brings the packages that the quick test counts', async () => {
    const other = blankFolder(join(folder, 'other'));
    const byHand = await installByHand(tarball, other);
    const lock = JSON.parse(readFileSync(join(blank, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, unknown>>;
    };
    const installed = Object.keys(lock.packages).filter((path) => path !== '' && !path.endsWith('/mfa-core'));
    expect(installed).toHaveLength(byHand.length);
  });
});

/** The binary of a version, fetched once. */
async function nodeOf(version: string): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const place = join(root, 'node_modules/.cache/palier/nodes', version);
  const binary = join(place, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) {
    blankFolder(place);
    await run('npm', ['install', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`], {
      cwd: place,
    });
  }
  return binary;
}

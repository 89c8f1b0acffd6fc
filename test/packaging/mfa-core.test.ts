// The packed library in a blank folder: runs, has types for every subpath, passes publint and are-the-types-wrong, and
// is as small as its README says. Other versions of Node and the real `npm install` are in mfa-core.slow.test.ts.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blankFolder, installByHand, manifestIn, packCore, root } from './pack.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'palier-pack-'));
const blank = blankFolder(join(folder, 'blank'));
const place = join(blank, 'node_modules/@palier/mfa-core');
let tarball = '';
let packages: readonly string[] = [];

beforeAll(async () => {
  tarball = await packCore(folder);
  packages = await installByHand(tarball, blank);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the packed library', () => {
  it('works in a blank folder, by import and by require', async () => {
    cpSync(new URL('./use.mjs', import.meta.url), join(blank, 'use.mjs'));
    const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: blank });
    expect(JSON.parse(stdout)).toEqual({ node: process.versions.node, sqlite: true });
  }, 60_000);

  it('brings the licence, the README and the pages, and no test', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const files = stdout.split('\n');
    for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md', 'docs/requirements.md', 'dist/index.js'])
      expect(files).toContain(`package/${name}`);
    expect(files.filter((name) => /\.test\.|tsbuildinfo|node_modules/.test(name))).toEqual([]);
    const own = readFileSync(join(root, 'packages/mfa-core/LICENSE'), 'utf8');
    expect(own).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  it('is made and installed as the README says while no registry has it', async () => {
    const readme = readFileSync(join(root, 'packages/mfa-core/README.md'), 'utf8');
    const [, words = ''] = /&& npm (pack -w \S+ --pack-destination) "\$HOME"/.exec(readme) ?? [];
    const [, name = ''] = /npm install "\$HOME\/(\S+)" express/.exec(readme) ?? [];
    // Without the build: it would stay in the working tree.
    const { stdout } = await run(
      'npm',
      [...words.split(' '), folder, '--ignore-scripts', '--dry-run', '--json'],
      {
        cwd: root,
      },
    );
    expect(stdout).toContain('"@palier/mfa-core');
    expect([basename(tarball), existsSync(join(folder, name))]).toEqual([name, true]);
    expect(readme).not.toMatch(/npm install @palier/);
  });

  it('has types for every subpath, under the strictest settings and without skipping the library', async () => {
    const { exports } = manifestIn(place);
    const paths = Object.keys(exports).filter((path) => path !== './package.json');
    expect(paths.length).toBeGreaterThan(8);
    const lines = paths.map(
      (path, index) => `import * as m${index} from '@palier/mfa-core${path.slice(1)}';`,
    );
    const used = `export const all: readonly object[] = [${paths.map((_, index) => `m${index}`).join(', ')}];`;
    writeFileSync(join(blank, 'use.ts'), [...lines, used].join('\n'));
    expect(await compile(blank)).toBe('');
    writeFileSync(
      join(blank, 'use.ts'),
      "import { createMfa } from '@palier/mfa-core';\nexport const x = createMfa({});",
    );
    expect(await compile(blank)).toContain('TS2739');
  }, 60_000);

  it('passes publint', async () => {
    const { messages } = await publint({ pkgDir: place, strict: true });
    const manifest = manifestIn(place);
    expect(messages.map((message) => formatMessage(message, manifest as never))).toEqual([]);
  });

  it('passes are-the-types-wrong as an ESM-only package', async () => {
    const attw = ['attw', tarball, '--profile', 'esm-only', '--format', 'json'];
    const { stdout } = await run('npx', attw, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    const { analysis } = JSON.parse(stdout) as {
      readonly analysis: { readonly problems: readonly Problem[] };
    };
    // An ESM-only package is imported dynamically from CommonJS before Node 20.19; the profile says so.
    const counted = analysis.problems.filter(
      ({ kind, resolutionKind }) =>
        resolutionKind !== 'node10' && !(kind === 'CJSResolvesToESM' && resolutionKind === 'node16-cjs'),
    );
    expect(counted).toEqual([]);
  }, 60_000);
});

interface Problem {
  readonly kind: string;
  readonly resolutionKind?: string;
}

describe('the size', () => {
  it('is what the README says', async () => {
    const sizes = [];
    for (const [what, entry] of [
      ['everything', "export * from '@palier/mfa-core';"],
      ['verifying assertions', "export { assertionVerifier } from '@palier/mfa-core/verify-assertion';"],
      ['requirements only', "export { assess, acceptWords } from '@palier/mfa-core';"],
    ] as const) {
      sizes.push({ what, ...(await bundled(entry)) });
    }
    const lines = sizes.map(({ what, minified, gzip }) => `| ${what} | ${minified} kB | ${gzip} kB |`);
    console.log([`${packages.length} packages`, ...lines].join('\n'));
    const readme = readFileSync(join(place, 'README.md'), 'utf8');
    expect(readme).toContain(`${packages.length} packages`);
    for (const { what, minified, gzip } of sizes) {
      const said = new RegExp(`\\| ${what} \\| (\\d+) kB \\| (\\d+) kB \\|`).exec(readme);
      expect(Math.abs(Number(said?.[1]) - minified)).toBeLessThanOrEqual(Math.max(2, minified * 0.05));
      expect(Math.abs(Number(said?.[2]) - gzip)).toBeLessThanOrEqual(Math.max(2, gzip * 0.05));
    }
  }, 120_000);

  it('of what is not used is nothing: no module has side effects', async () => {
    // A line of interop at most, of the bundler's own.
    expect((await bundled("import '@palier/mfa-core';")).bytes).toBeLessThan(100);
  }, 60_000);
});

/** Kilobytes of a bundle that holds all dependencies and nothing of Node itself. */
async function bundled(
  entry: string,
): Promise<{ readonly bytes: number; readonly minified: number; readonly gzip: number }> {
  writeFileSync(join(blank, 'entry.mjs'), entry);
  const built = await build({
    configFile: false,
    root: blank,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: join(blank, 'entry.mjs'), write: false, minify: true, target: 'node22' },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  const code = outputs
    .map((file) => (file.type === 'chunk' ? file.code : ''))
    .join('')
    .trim();
  const [minified, gzip] = [code.length, gzipSync(code).length].map((bytes) => Math.ceil(bytes / 1000));
  return { bytes: code.length, minified: minified ?? 0, gzip: gzip ?? 0 };
}

/** What the compiler says of `use.ts`; empty when nothing. */
async function compile(cwd: string): Promise<string> {
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const exact = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false'];
  try {
    const tsc = join(root, 'node_modules/.bin/tsc');
    await run(tsc, [...flags, ...types, ...exact, 'use.ts'], { cwd });
    return '';
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
}

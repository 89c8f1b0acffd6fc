// The library as npm would publish it: built and packed from a copy, so that nothing is left in the working tree, and
// put into a blank folder. Two ways in: the real `npm install` (slow, needs the registry), and by hand from the
// packages that are here already (quick, offline).
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

export function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Builds and packs mfa-core below `folder`; answers the path of the tarball. */
export async function packCore(folder: string): Promise<string> {
  const source = join(root, 'packages/mfa-core');
  const copy = join(folder, 'staging');
  cpSync(source, copy, {
    recursive: true,
    filter: (path) => !/^(dist|node_modules|\.turbo)(\/|$)/.test(relative(source, path)),
  });
  const out = join(copy, 'dist');
  const types = ['--outDir', out, '--tsBuildInfoFile', join(folder, 'build.tsbuildinfo')];
  await run('npx', ['tsc', '-p', source, ...types], { cwd: root });
  await run(process.execPath, [join(root, 'scripts/copy-assets.mjs')], { cwd: copy });
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: copy,
  });
  return join(folder, tarballName(JSON.parse(stdout)));
}

/** npm 11 prints a list, npm 12 an object by name. */
function tarballName(printed: unknown): string {
  const [first] = Object.values(printed as Record<string, { readonly filename?: string }>);
  if (first?.filename === undefined) throw new Error('npm pack named no file');
  return first.filename.replace(/^@/, '').replace('/', '-');
}

/** A folder with a package.json and nothing else. */
export function blankFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'blank', type: 'module' }));
  return folder;
}

/** Unpacks the tarball into `node_modules` and puts the packages it depends on beside it; answers their names and versions. */
export async function installByHand(tarball: string, folder: string): Promise<readonly string[]> {
  const place = join(folder, 'node_modules/@palier/mfa-core');
  mkdirSync(place, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', place]);
  const placed = new Map<string, string>();
  placeDependencies(manifestIn(place), join(root, 'packages/mfa-core'), folder, placed);
  // One package that several need, and that hangs below each of them here, is one.
  return [...new Set(placed.values())].sort();
}

function placeDependencies(
  manifest: Manifest,
  from: string,
  folder: string,
  placed: Map<string, string>,
): void {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const found = nearest(name, from);
    const inside = relative(root, found).replace(/^packages\/mfa-core\//, '');
    if (placed.has(inside)) continue;
    const { version } = manifestIn(found);
    placed.set(inside, `${name}@${version}`);
    cpSync(found, join(folder, inside), { recursive: true, dereference: true });
    placeDependencies(manifestIn(found), found, folder, placed);
  }
}

/** Where Node would find the package from there. */
function nearest(name: string, from: string): string {
  for (let at = from; at.length >= root.length - 1; at = dirname(at)) {
    const found = join(at, 'node_modules', name);
    if (existsSync(found)) return found;
  }
  throw new Error(`${name} is not installed here`);
}

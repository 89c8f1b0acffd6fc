// Puts the pinned Node into node_modules/.bin, where npm looks first. Newer npm versions do this themselves for
// an optional platform package; npm 10 does not. Runs on Node 20.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules');
const target = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
const link = join(modules, '.bin', 'node');

if (existsSync(target)) {
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), target), link);
} else if (
  !existsSync(link) &&
  !existsSync(`${link}.cmd`) &&
  Number.parseInt(process.versions.node, 10) < 24
) {
  // No pinned build for this platform (Apple silicon, musl): the Node that runs npm is used instead.
  console.error(`palier needs Node 24 or newer here; this is ${process.version}`);
}

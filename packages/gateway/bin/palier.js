#!/usr/bin/env node
// Installed from a package: runs what was built. In a checkout: runs the sources, so that it is never stale and
// needs no build.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(
    `palier needs Node 24 or newer; this is ${process.version}. In a clone, npx palier brings its own.`,
  );
  process.exit(1);
}

const built = new URL('../dist/cli/main.js', import.meta.url);
const source = new URL('../src/cli/main.ts', import.meta.url);
// Node strips types from its own code only, never below node_modules.
const installed = /[\\/]node_modules[\\/]/.test(fileURLToPath(import.meta.url));

if (!installed && existsSync(source)) {
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['palier-source', ...context.conditions] }),
  });
  await import(source.href);
} else {
  await import(built.href);
}

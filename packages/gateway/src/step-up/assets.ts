// The style and the scripts of our pages, read once.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Express } from 'express';

const assetFolder = new URL('../../assets/', import.meta.url);
const require = createRequire(import.meta.url);

export function assets(app: Express): void {
  const files = {
    'style.css': ['text/css', readFileSync(new URL('style.css', assetFolder), 'utf8')],
    'ceremonies.js': ['text/javascript', readFileSync(new URL('ceremonies.js', assetFolder), 'utf8')],
    'client.js': ['text/javascript', readFileSync(new URL('client.js', assetFolder), 'utf8')],
    'tabs.js': ['text/javascript', readFileSync(new URL('tabs.js', assetFolder), 'utf8')],
    'done.js': ['text/javascript', readFileSync(new URL('done.js', assetFolder), 'utf8')],
    'back.js': ['text/javascript', readFileSync(new URL('back.js', assetFolder), 'utf8')],
    'webauthn.js': ['text/javascript', readFileSync(webauthnBundle(), 'utf8')],
  } as const;
  for (const [name, [type, text]] of Object.entries(files)) {
    app.get(
      `/.palier/${name}`,
      (_request, response) =>
        void response.set('cache-control', 'public, max-age=3600').type(type).send(text),
    );
  }
}

/** The bundle of @simplewebauthn/browser that defines one global; shipped as it is. */
function webauthnBundle(): string {
  return require
    .resolve('@simplewebauthn/browser')
    .replace(/(dist|script|esm)[\\/].*$/, '')
    .concat('dist/bundle/index.umd.min.js');
}

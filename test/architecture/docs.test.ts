// What the documents say must be there: files named in ARCHITECTURE.md exist, the import table holds, and the
// configuration in the README is one the gateway accepts.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).filter(
  (path) => !path.endsWith('.test.ts'),
);

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  it('names only files that exist', () => {
    const named = [...text.matchAll(/`((?:packages|test|examples)\/[^`]+\.ts)`/g)].map(
      ([, path]) => path ?? '',
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('has an import table that the sources keep', () => {
    const rows = [...text.matchAll(/^\| ([@a-z][\w@/-]*) \| ((?:packages\/\S+(?:, )?)+) \|$/gm)];
    expect(rows.length).toBeGreaterThan(5);
    for (const [, name = '', folders = ''] of rows) {
      expect(strays(name, folders.split(', '))).toEqual([]);
    }
  });

  it('would notice an import outside its place', () => {
    expect(strays('express', ['packages/nowhere']).length).toBeGreaterThan(0);
  });
});

/** Sources that import a package outside the folders it belongs to. */
function strays(name: string, folders: readonly string[]): readonly string[] {
  const imports = new RegExp(`from '${name.replace('/', '\\/')}(?:/[^']*)?'`);
  return sources.filter(
    (path) => !folders.some((folder) => path.startsWith(folder)) && imports.test(read(path)),
  );
}

describe('the pages', () => {
  it('that sources and documents point to are there, and name only files that are', () => {
    const texts = [
      ...sources,
      'README.md',
      'ARCHITECTURE.md',
      'SECURITY.md',
      'CONTRIBUTING.md',
      'docs/bulk-queries.md',
    ].map(read);
    const named = new Set(
      texts.flatMap((one) =>
        [...one.matchAll(/(?:docs\/[a-z-]+\.md|`(?:test|packages|examples)\/[\w/.-]+\.ts`)/g)].map(([path]) =>
          path.replaceAll('`', ''),
        ),
      ),
    );
    expect(named.size).toBeGreaterThan(20);
    expect([...named].filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });
});

describe('the permit', () => {
  it('is minted by decide and redeemed by forward, and by nothing else', () => {
    const importers = (name: string): readonly string[] =>
      sources.filter((path) => new RegExp(`import [^;]*\\b${name}\\b[^;]*permit`).test(read(path)));
    expect(importers('mintPermit')).toEqual(['packages/gateway/src/gate/decide.ts']);
    expect(importers('redeemPermit')).toEqual(['packages/gateway/src/proxy/forward.ts']);
  });
});

describe('README.md', () => {
  it('shows a configuration that is sound', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';
    expect(parseConfig(yaml, { readFile: () => '', environment: {} })).toHaveProperty('config');
  });

  it('names only npm scripts that exist', () => {
    const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
    const named = [...read('README.md').matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

describe('the sources', () => {
  it('have no default export, no export of everything and no any', () => {
    const bad = /export default|export \*|: any\b|<any>|as any\b/;
    const code = (path: string): string =>
      read(path)
        .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        .replace(/'[^'\n]*'/g, '');
    expect(sources.filter((path) => bad.test(code(path)))).toEqual([]);
  });

  it('stay under 300 lines a file', () => {
    expect(sources.filter((path) => read(path).split('\n').length > 300)).toEqual([]);
  });
});

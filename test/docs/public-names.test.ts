// Whoever imports a name of mfa-core reads in the editor what it is: every public name has a docstring.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifestIn, root } from '../packaging/pack.ts';

const home = join(root, 'packages/mfa-core');

/** The sources behind the subpaths. */
const entries = Object.values(manifestIn(home).exports)
  .map((conditions) => (conditions as { readonly 'palier-source'?: string })['palier-source'])
  .filter((path) => path !== undefined)
  .map((path) => join(home, path));

/** Exported names of a file and where each is declared, through any number of re-exports. */
function exportsOf(path: string): ReadonlyMap<string, string> {
  const text = readFileSync(path, 'utf8');
  const found = new Map<string, string>();
  for (const [, name = ''] of text.matchAll(
    /^export (?:async )?(?:function|const|interface|type|class) (\w+)/gm,
  ))
    found.set(name, path);
  for (const [, names = '', from = ''] of text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)) {
    const inner = exportsOf(join(dirname(path), from));
    for (const name of names.split(',').map((one) => one.replace('type ', '').trim())) {
      if (name !== '') found.set(name, inner.get(name) ?? '');
    }
  }
  return found;
}

function isDocumented(name: string, path: string): boolean {
  const declared = `\\*/\\nexport (?:async )?(?:function|const|interface|type|class) ${name}\\b`;
  return path !== '' && new RegExp(declared).test(readFileSync(path, 'utf8'));
}

describe('the public names', () => {
  it.each(entries.map((path) => [path.slice(home.length + 1), path] as const))(
    'of %s have docstrings',
    (_short, path) => {
      const names = exportsOf(path);
      expect(names.size).toBeGreaterThan(0);
      expect([...names].filter(([name, at]) => !isDocumented(name, at)).map(([name]) => name)).toEqual([]);
    },
  );

  it('would be seen without one', () => {
    expect(isDocumented('run', join(root, 'test/packaging/pack.ts'))).toBe(false);
  });
});

// docs/requests.md: its configuration is sound, and what it says of limits is what the code says.

import { readFileSync } from 'node:fs';
import { parseConfig } from '@palier/gateway';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/requests.md');

describe('docs/requests.md', () => {
  it('shows a configuration that is sound, and whose bodies are checked as it says', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const parsed = parseConfig(yaml, { readFile: () => '', environment: {} });
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.config.routes.map(({ body }) => body?.members)).toEqual([
      ['debut', 'fin', 'motif'],
      ['/items/*/reason', 'comment'],
      'any',
    ]);
  });

  it.each([
    ['8 KiB', 'packages/gateway/src/request/target.ts', 'longest = 8192'],
    ['64 segments', 'packages/gateway/src/request/target.ts', 'mostSegments = 64'],
    ['16 KiB', 'packages/gateway/src/listener.ts', 'maxHeaderSize: 16_384'],
    ['100 lines', 'packages/gateway/src/request/headers.ts', 'most = 100'],
    ['16 requests', 'packages/gateway/src/request/connection.ts', 'most = 16'],
    ['64 KiB', 'packages/gateway/src/respond/deny.ts', 'heldFormLimit = 64 * 1024'],
  ])('says %s, as the code does', (words, file, code) => {
    expect(page).toContain(words);
    expect(read(file)).toContain(code);
  });

  it('names only files that are there, and the helper where it is served', () => {
    const named = [...page.matchAll(/`(packages\/[\w/.-]+\.ts)`/g)].map(([, path = '']) => path);
    expect(named.map((path) => read(path).length > 0)).toEqual([true, true, true]);
    expect(read('packages/gateway/src/step-up/assets.ts')).toContain("'client.js'");
  });
});

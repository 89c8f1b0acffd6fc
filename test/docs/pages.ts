// The pages of mfa-core as programs. A `ts` block with a file name is that file; the others of a page, in order, are one
// program. What a reader need not see stands in HTML comments: `setup` before a block, `check` after it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface Page {
  readonly name: string;
  /** File name and text; `page.ts` is the program. */
  readonly files: ReadonlyMap<string, string>;
  /** Languages of all blocks. */
  readonly languages: readonly string[];
}

const piece = /^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$|^<!-- (?:setup|check)\n([\s\S]*?)^-->$/gm;

/** Reads a page. A page without a program has no `page.ts`. */
export function readPage(path: string): Page {
  const files = new Map<string, string>();
  const languages: string[] = [];
  for (const [, language, file, code = '', hidden] of readFileSync(path, 'utf8').matchAll(piece)) {
    if (language !== undefined) languages.push(language);
    if (hidden === undefined && language !== 'ts') continue;
    const name = file ?? 'page.ts';
    files.set(name, `${files.get(name) ?? ''}${hidden ?? code}`);
  }
  return { name: basename(path, '.md').toLowerCase(), files, languages };
}

/** Writes a page's files below `folder`, with `common` beside them where the page has no such file itself. */
export function writePage(page: Page, folder: string, common: ReadonlyMap<string, string>): string {
  const place = join(folder, page.name);
  mkdirSync(place, { recursive: true });
  for (const [name, text] of new Map([...common, ...page.files])) writeFileSync(join(place, name), text);
  return place;
}

// Every block of code in the README and the pages of mfa-core: type-checked under strict settings, then run in a process of
// its own. The quick start is started and asked; a browser goes through it in test/browser/core-page.test.ts.
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../packaging/pack.ts';
import { type QuickStart, startQuickStart } from '../support/quick-start.ts';
import { type Page, readPage, writePage } from './pages.ts';

const run = promisify(execFile);
const home = join(root, 'packages/mfa-core');
const paths = [join(home, 'README.md'), ...globSync(join(home, 'docs/*.md'))];
const pages = paths.map(readPage);
const readme = readPage(join(home, 'README.md'));
const common = new Map([
  ['mfa.ts', readme.files.get('mfa.ts') ?? ''],
  ['people.ts', readFileSync(new URL('./people.ts', import.meta.url), 'utf8')],
]);

let folder = '';
beforeAll(() => {
  // Below `test`, to find its packages, and not below node_modules, where Node does not take TypeScript.
  mkdirSync(join(root, 'test/.pages/reports'), { recursive: true });
  folder = mkdtempSync(join(root, 'test/.pages/reports/pages-'));
  for (const page of pages) writePage(page, folder, common);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the pages', () => {
  it('are there, one for each concept the README names, and no link leads nowhere', () => {
    expect(pages.length).toBeGreaterThan(13);
    for (const path of paths) {
      const links = [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)];
      for (const [, link = ''] of links)
        expect([link, existsSync(join(dirname(path), link))]).toEqual([link, true]);
    }
    const named = [...readFileSync(join(home, 'README.md'), 'utf8').matchAll(/\]\(docs\/([a-z-]+)\.md\)/g)];
    const written = pages.map(({ name }) => name).filter((name) => name !== 'readme');
    expect([...new Set(named.map(([, name]) => name))].sort()).toEqual(written.sort());
  });

  it('have a program each, and no block in a language nobody checks', () => {
    for (const { name, files, languages } of pages) {
      expect([name, files.has('page.ts')]).toEqual([name, true]);
      expect(languages.filter((one) => !['ts', 'sh', 'http', 'json'].includes(one))).toEqual([]);
    }
  });

  it('have the right types', async () => {
    const options = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        composite: false,
        declaration: false,
        declarationMap: false,
        isolatedDeclarations: false,
        noPropertyAccessFromIndexSignature: false,
        noEmit: true,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: ['**/*.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const faults = await run('npx', ['tsc', '-p', folder], { cwd: root }).then(
      () => '',
      (error: { readonly stdout: string }) => error.stdout,
    );
    expect(faults).toBe('');
  }, 60_000);

  it.concurrent.each(pages.map((page) => [page.name, page] as const))(
    'run: %s',
    async (_name, page) => {
      await programOf(page);
    },
    60_000,
  );

  it('would be seen failing', async () => {
    const broken: Page = {
      name: 'broken',
      languages: [],
      files: new Map([['page.ts', 'throw new Error("seen");']]),
    };
    await expect(programOf(broken)).rejects.toThrow('seen');
  });
});

/** Runs a page's program in its folder. */
async function programOf(page: Page): Promise<void> {
  const cwd = writePage(page, folder, common);
  // Compiled once for all pages.
  const compiled = join(root, 'node_modules/.cache/palier/compile');
  const keys = { MFA_SEALING_KEY: key(), MFA_DIGEST_KEY: key() };
  const environment = { ...process.env, ...keys, NODE_COMPILE_CACHE: compiled };
  const program = ['--conditions=palier-source', '--no-warnings', 'page.ts'];
  await run(process.execPath, program, { cwd, env: environment });
}

const key = (): string => Buffer.alloc(32, 7).toString('base64');

describe('the quick start', () => {
  let site: QuickStart;
  beforeAll(async () => {
    site = await startQuickStart(readme.files);
  });
  afterAll(() => site.stop());

  it('stops whoever is not signed in, and asks a program for a second factor', async () => {
    expect((await fetch(`${site.origin}/patients/1`)).status).toBe(401);
    const headers = { cookie: 'who=ana', 'accept-language': 'en' };
    const signedIn = await fetch(`${site.origin}/patients/1`, { headers });
    expect(signedIn.status).toBe(401);
    const challenge = signedIn.headers.get('www-authenticate') ?? '';
    const said = /^WWW-Authenticate: (.*)$/m.exec(readFileSync(join(home, 'README.md'), 'utf8'))?.[1];
    expect(challenge).toBe(said);
    expect(await signedIn.text()).not.toContain('Patient');
  });

  it('leads a person to the page', async () => {
    const headers = { cookie: 'who=ana', accept: 'text/html', 'sec-fetch-mode': 'navigate' };
    // Not fetch, which writes a Sec-Fetch-Mode of its own.
    const answer = await supertest(site.origin).get('/patients/1').set(headers);
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toMatch(/^\/mfa\/\?resume=chl_/);
  });

  it('prints a ticket', async () => {
    expect(await site.ticket('ana')).toMatch(/^tkt-[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
  });
});

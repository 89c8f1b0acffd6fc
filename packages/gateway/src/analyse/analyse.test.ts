// Logs whose right answer is known beforehand: they are written here, person by person.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { analyseCommand } from '../cli/analyse.ts';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/parse.ts';
import { type Analysis, analyseLog } from './analyse.ts';
import { usualFields } from './line-reader.ts';
import { analysisText, budgetsYaml } from './papers.ts';

const folder = mkdtempSync(join(tmpdir(), 'palier-analyse-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const yaml = `
origin: https://portail.example
upstream: http://127.0.0.1:8081
identity: [{ portal-session: { cookie: SID, ask: /api/me, account: /login } }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
routes:
  - { match: GET /, require: signed-in }
  - { match: 'GET /patients/{nir}', require: { accept: second-factor, maxAge: 12h }, records: { from: path, name: nir, as: nir } }
  - { match: GET /droits, require: { accept: second-factor, maxAge: 12h }, query: [nir], records: { from: query, name: nir, as: nir } }
  - { match: POST /recherche, require: { accept: second-factor, maxAge: 12h }, records: { from: form, name: nir, as: nir } }
`;

function configOf(text: string): Config {
  const parsed = parseConfig(text, { readFile: () => '', environment: {}, folder });
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.config;
}

const config = configOf(yaml);
const start = Date.UTC(2026, 2, 9, 8);
const minute = 60_000;
const day = 1440 * minute;
/** Synthetic: department 99 with a country that does not exist. */
const nir = (place: number): string =>
  `18506999${String(Math.floor(place / 1000)).padStart(2, '0')}${String(place % 1000).padStart(3, '0')}`;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function stamp(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

function combined(account: string, at: number, target: string, status = 200, method = 'GET'): string {
  return `192.0.2.7 - ${account} [${stamp(at)}] "${method} ${target} HTTP/1.1" ${status} 512 "-" "Mozilla/5.0"\n`;
}

async function analysed(
  text: string | Uint8Array,
  fields: Partial<typeof usualFields> = {},
): Promise<Analysis> {
  const path = join(folder, `log-${Math.floor(performance.now() * 1000)}`);
  writeFileSync(path, text);
  return analyseLog({ path, config, fields: { ...usualFields, ...fields }, prompts: 0.05 });
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, place) => place);

/** The same days of so many accounts. */
function fleetOf(accounts: number, persons = 60): string {
  const one = twentyDays(persons);
  return numbers(accounts)
    .map((account) => one.replaceAll('pharmacie-01', `pharmacie-${account}`))
    .join('');
}

/** Twenty days of one account that sees `persons` others each day, a minute apart, each of them twice. */
function twentyDays(persons: number): string {
  return numbers(20)
    .flatMap((today) =>
      numbers(persons).flatMap((place) => {
        const at = start + today * day + place * minute;
        const target = `/patients/${nir(today * persons + place)}`;
        return [combined('pharmacie-01', at, target), combined('pharmacie-01', at + 20_000, target)];
      }),
    )
    .join('');
}

const at = (analysis: Analysis, records: number, withinHours = 12): number =>
  analysis.classes[0]?.curve.find((one) => one.records === records && one.withinHours === withinHours)
    ?.gesturesPerDay ?? Number.NaN;

describe('the analysis of a log', () => {
  it('counts the gestures that every presence would have asked, repeats free', async () => {
    const analysis = await analysed(twentyDays(60));
    expect(analysis).toMatchObject({ form: 'combined', lines: 2400, malformed: 0, nobody: 0 });
    expect(analysis.classes[0]).toMatchObject({ accounts: 1, accountDays: 20, lookUps: 2400 });
    expect([5, 10, 20, 30, 60, 75].map((records) => at(analysis, records))).toEqual([12, 6, 3, 2, 1, 1]);
  });

  it('fits the smallest presence that asks no more than was accepted, and caps above what happened', async () => {
    const { fitted, persons, curve } = (await analysed(fleetOf(50))).classes[0] ?? {};
    expect(fitted).toMatchObject({
      basis: 'enough',
      key: { records: 60, withinHours: 12 },
      promptsPerDay: 0,
      accepted: true,
    });
    // The window slides: the first of a morning comes while all sixty of the day before are still in it. On day one, none.
    expect(persons).toEqual({ median: 61, p95: 61, p99: 61, p999: 61 });
    expect(fitted?.day).toEqual({ floor: 65, ceiling: 95, cardCeiling: 130 });
    expect(fitted?.refusalsPer1000).toBe(0);
    expect(curve?.find(({ records }) => records === 60)?.exposed).toBe(19 * 60);
  });

  it('ends a presence after its time, also for persons seen before', async () => {
    const text = numbers(3)
      .map((place) => combined('medecin-01', start + place * 5 * 60 * minute, `/patients/${nir(1)}`))
      .join('');
    const analysis = await analysed(text);
    expect([4, 8, 12].map((hours) => at(analysis, 40, hours))).toEqual([3, 2, 1]);
  });

  it('takes spellings of one person for one, and says which routes a log cannot show', async () => {
    const text = [
      combined('a', start, `/patients/${nir(1)}`),
      combined('a', start + 1000, `/droits?nir=${nir(1)}`),
      combined('a', start + 2000, `/patients/${nir(1).slice(0, 5)}%20${nir(1).slice(5)}`),
      combined('a', start + 3000, '/recherche', 200, 'POST'),
      combined('a', start + 4000, '/'),
      combined('a', start + 5000, `/patients/${nir(2)}`, 404),
      combined('a', start + 6000, `/patients/${nir(3)}`, 401),
    ].join('');
    const analysis = await analysed(text);
    expect(analysis.classes[0]).toMatchObject({ lookUps: 3, persons: { median: 1 } });
    expect(analysis.hidden).toEqual({ 'POST /recherche': 1 });
    expect(analysis.other).toBe(2);
  });

  it('reads JSON lines by pointers, with a class, and gzip', async () => {
    const line = (place: number): string =>
      `${JSON.stringify({ ts: (start + place * minute) / 1000, who: { id: 'x', kind: 'gp' }, rq: { m: 'GET', u: `/patients/${nir(place)}` }, st: 200 })}\n`;
    const fields = {
      account: '/who/id',
      class: '/who/kind',
      time: '/ts',
      method: '/rq/m',
      target: '/rq/u',
      status: '/st',
    };
    const analysis = await analysed(gzipSync(numbers(12).map(line).join('')), fields);
    expect(analysis).toMatchObject({ form: 'json', lines: 12, malformed: 0 });
    expect(analysis.classes[0]).toMatchObject({ class: 'gp', lookUps: 12, persons: { median: 12 } });
  });

  it('fits caps on new persons only to a log that is long enough to tell them', async () => {
    const days = (count: number): string =>
      numbers(count)
        .flatMap((today) => {
          const own = start + today * day;
          return [
            combined('a', own, `/patients/${nir(0)}`),
            combined('a', own + 1000, `/patients/${nir(today + 1)}`),
          ];
        })
        .join('');
    expect((await analysed(days(57))).classes[0]?.fitted.newRecords).toBeUndefined();
    // One new person a day: thirty in thirty days. The ceiling of so small a sample is the one the class has.
    expect((await analysed(days(90))).classes[0]?.fitted.newRecords).toEqual({ floor: 30, ceiling: 600 });
  });

  it('counts what it cannot read, and keeps it to itself', async () => {
    const secret = 'jean-dupont-1850699999042';
    const text = `${combined('a', start, `/patients/${nir(1)}`)}${secret}\n${combined('-', start, '/')}${'x'.repeat(200_000)}\n${combined('a', start, `/patients/${nir(2)}`)}`;
    const analysis = await analysed(text);
    expect(analysis).toMatchObject({ lines: 5, malformed: 2, nobody: 1 });
    expect(analysis.classes[0]?.lookUps).toBe(2);
    expect(JSON.stringify(analysis)).not.toContain('dupont');
    expect(JSON.stringify(analysis)).not.toContain(nir(1));
  });

  it('says which field was not understood and in which line first, and nothing of what stood there', async () => {
    const line = combined('a', start, `/patients/${nir(1)}`);
    const broken = [
      line.replace(/\[[^\]]*\]/, '[Tue 10 Mar 2026]'),
      '',
      line.replace('HTTP/1.1"', 'dupont'),
      'x'.repeat(2_500_000),
      line.replace(/" \d{3} /, '" dupont '),
      line.replace(/\[[^\]]*\]/, '[hier matin]'),
      'jean-dupont',
      line.replace(/(" \d{3}) \d+/, '$1 dupont'),
    ];
    const text = broken.map((one) => `${one.trimEnd()}\n`).join('');
    const { malformed, misread } = await analysed(text);
    expect([malformed, misread]).toEqual([
      7,
      [
        { field: 'time', lines: 2, first: 1 },
        ...[
          ['request', 3],
          ['length', 4],
          ['status', 5],
          ['line', 7],
          ['size', 8],
        ].map(([field, first]) => ({
          field,
          lines: 1,
          first,
        })),
      ].sort((one, two) => two.lines - one.lines),
    ]);
    const said = analysisText(await analysed(text));
    expect(said).toMatch(/^ {2}time not understood in 2 line\(s\), the first is line 1: expected \[10\/Mar/m);
    expect(said).not.toMatch(/dupont|hier|Tue/);
  });

  it.each(['account', 'time', 'method', 'target', 'status'] as const)(
    'says that %s of JSON lines was not understood',
    async (field) => {
      const sound = { time: '2026-03-10T08:00:00Z', account: 'a', method: 'GET', target: '/', status: 200 };
      const text = `${JSON.stringify(sound)}\n${JSON.stringify({ ...sound, [field]: ['dupont'] })}\n`;
      expect((await analysed(text)).misread).toEqual([{ field, lines: 1, first: 2 }]);
    },
  );

  it('reads ISO times in brackets as the others', async () => {
    const line = combined('a', start, `/patients/${nir(1)}`);
    const at = new Date(start).toISOString();
    for (const time of [at, at.replace('Z', ''), at.replace('.000Z', '+00:00'), at.replace('.000Z', '+0000')])
      expect(await analysed(line.replace(/\[[^\]]*\]/, `[${time}]`))).toMatchObject({
        malformed: 0,
        first: at,
      });
  });

  it('reads a field behind referer and agent, and lines made to be slow in no more time than others', async () => {
    const line = (agent: string, account: string): string =>
      `192.0.2.7 - - [${stamp(start)}] "GET /patients/${nir(1)} HTTP/1.1" 200 512 "-" "${agent}" rt=0.1 "${account}"\n`;
    const said = await analysed(line('curl \\"8\\"', 'medecin-01') + line('x', '-'), { account: 'extra:1' });
    expect(said).toMatchObject({ lines: 2, malformed: 0, nobody: 1, classes: [{ accounts: 1 }] });
    // One such line took four seconds when every quote in it was tried as a beginning.
    const slow = line('\\"'.repeat(32_000), 'x').replace(/" rt.*$/m, '');
    const began = performance.now();
    expect(await analysed(slow.repeat(20), { account: 'extra:1' })).toMatchObject({
      lines: 20,
      malformed: 20,
    });
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('ends with an error when a gzip file breaks off', async () => {
    const whole = gzipSync(twentyDays(60));
    await expect(analysed(whole.subarray(0, whole.length / 2))).rejects.toThrow();
  });
});

describe('what a fit rests on', () => {
  const basisOf = async (text: string): Promise<string | undefined> =>
    (await analysed(text)).classes[0]?.fitted.basis;

  it('is said, and one account, one week or a handful of days recommends nothing', async () => {
    const one = await analysed(twentyDays(60));
    expect(one.classes[0]).toMatchObject({
      accounts: 1,
      accountDays: 20,
      days: 20,
      fitted: { basis: 'too-few' },
    });
    const text = analysisText(one);
    expect(text).toContain('rests on 20 active account-day(s) of 1 account(s) on 20 day(s): TOO FEW');
    expect(text).not.toContain('day cap');
    expect(text).not.toContain('<- fitted');
    expect(budgetsYaml(one)).toContain('budgets: {}');
    const week = fleetOf(50, 3)
      .split('\n')
      .filter((line) => / \[(09|1[0-5])\/Mar/.test(line));
    expect(await basisOf(week.join('\n'))).toBe('too-few');
  });

  it('of fewer than a thousand account-days fits the presence, and no ceiling below the one the class has', async () => {
    const { fitted } = (await analysed(fleetOf(12))).classes[0] ?? {};
    expect(fitted).toMatchObject({
      basis: 'few',
      key: { records: 60 },
      day: { floor: 65, ceiling: 120, cardCeiling: 200 },
    });
    // With enough of the same days it is what was seen: see above.
  });

  it('is nothing when the parts of a rotated log stand in the wrong order, which is said', async () => {
    const lines = fleetOf(10, 3)
      .trim()
      .split('\n')
      .sort((a, b) => (timeIn(a) < timeIn(b) ? -1 : 1));
    const half = lines.length / 2;
    const analysis = await analysed([...lines.slice(half), ...lines.slice(0, half)].join('\n'));
    expect(analysis.outOfOrder).toBe(half);
    expect(analysisText(analysis)).toContain('oldest first');
    expect(budgetsYaml(analysis)).toContain('budgets: {}');
    expect(budgetsYaml(await analysed(lines.join('\n')))).toContain('default:');
  });
});

describe('a log of a strange kind', () => {
  const lines = numbers(6).map((place) => combined('a', start + place * minute, `/patients/${nir(place)}`));
  const seen = async (
    text: string | Uint8Array,
    fields: Partial<typeof usualFields> = {},
  ): Promise<unknown[]> => {
    const { form, malformed, classes } = await analysed(text, fields);
    return [form, malformed, classes[0]?.persons.median];
  };
  const json = (place: number, time: unknown): string =>
    `${JSON.stringify({ time, account: 'a', method: 'GET', target: `/patients/${nir(place)}`, status: 200 })}\n`;

  it('is read all the same: a mark at the beginning, CRLF, IPv6, bytes that are no UTF-8, gzip in two parts', async () => {
    expect(await seen(`\ufeff${lines.join('').replaceAll('\n', '\r\n')}`)).toEqual(['combined', 0, 6]);
    expect(await seen(lines.join('').replaceAll('192.0.2.7', '2001:db8::7'))).toEqual(['combined', 0, 6]);
    expect(await seen(Buffer.from(lines.join('').replaceAll(' a ', ' g\u00e9 '), 'latin1'))).toEqual([
      'combined',
      0,
      6,
    ]);
    const parts = [lines.slice(0, 3), lines.slice(3)].map((part) => gzipSync(part.join('')));
    expect(await seen(Buffer.concat(parts))).toEqual(['combined', 0, 6]);
  });

  it('is read line by line when it changed its form, and a line of the other form hurts no pointer', async () => {
    const mixed =
      lines.slice(0, 3).join('') +
      numbers(3)
        .map((place) => json(9 + place, start / 1000 + 600 + place))
        .join('');
    expect(await seen(mixed)).toEqual(['mixed', 0, 6]);
    const pointed = json(1, start) + (lines[0] ?? '');
    expect(await seen(pointed, { account: '/account' })).toEqual(['json', 1, 1]);
    await expect(analysed(lines.join(''), { account: '/account' })).rejects.toThrow(RangeError);
  });

  it('keeps one day when clocks are put back: by their zone, and by UTC where none is written', async () => {
    const autumn = [
      '192.0.2.7 - a [25/Oct/2026:02:59:00 +0200] "GET /patients/1850699900001 HTTP/1.1" 200 1',
      '192.0.2.7 - a [25/Oct/2026:02:01:00 +0100] "GET /patients/1850699900002 HTTP/1.1" 200 1',
    ].join('\n');
    expect(await analysed(autumn)).toMatchObject({
      first: '2026-10-25T00:59:00.000Z',
      last: '2026-10-25T01:01:00.000Z',
      outOfOrder: 0,
    });
    const naive = json(1, '2026-10-25T02:59:00') + json(2, '2026-10-25 02:01:00.5');
    expect(await analysed(naive)).toMatchObject({
      first: '2026-10-25T02:01:00.500Z',
      last: '2026-10-25T02:59:00.000Z',
      outOfOrder: 0,
    });
  });

  it('of another kind altogether is said to be one', async () => {
    const text = analysisText(
      await analysed('#Software: another server\n2026-09-01 07:00:00 GET /patients 200\n'),
    );
    expect(text).toContain('More than one line in ten could not be read');
    expect(text).toContain('No look-up was found');
    expect(analysisText(await analysed(''))).toContain('No look-up was found');
  });
});

/** The stamp of a combined line of one month, in an order that can be sorted. */
function timeIn(line: string): string {
  return /\[(.*?) /.exec(line)?.[1] ?? '';
}

describe('palier analyse', () => {
  it('writes budgets that palier check accepts, a curve and a picture, and no account', async () => {
    const [log, file] = [join(folder, 'access.log'), join(folder, 'palier.yaml')];
    writeFileSync(log, fleetOf(50));
    writeFileSync(file, yaml);
    const papers = ['csv', 'svg', 'budgets'].map((name) => join(folder, `fit.${name}`));
    const said: string[] = [];
    const terminal = {
      out: (text: string) => void said.push(text),
      err: () => {},
      environment: {},
      interactive: false,
    };
    const [csv = '', svg = '', budgets = ''] = papers;
    const code = await analyseCommand(
      [log, '--config', file, '--csv', csv, '--svg', svg, '--budgets', budgets],
      terminal,
    );
    expect(code).toBe(0);
    const fitted = configOf(yaml + readFileSync(budgets, 'utf8')).budgets.classes.get('default');
    expect(fitted).toMatchObject({
      key: { records: 60, within: 43_200 },
      day: { ceiling: 95 },
      code: { day: 45 },
    });
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(47);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [\s\S]*<polyline [\s\S]*<\/svg>\n$/);
    expect(said.join('')).toContain('<- fitted');
    expect(said.join('')).not.toContain('pharmacie-01');
    // Never over the fit of yesterday.
    await expect(analyseCommand([log, '--config', file, '--budgets', budgets], terminal)).rejects.toThrow(
      'is there already',
    );
  });

  it('says no when the routes match nothing', async () => {
    const analysis = await analysed(combined('a', start, '/elsewhere'));
    expect(analysis.classes).toEqual([]);
    expect(budgetsYaml(analysis)).toContain('budgets: {}');
  });
});

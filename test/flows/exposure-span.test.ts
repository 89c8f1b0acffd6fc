// A report on a span in which nobody was seen: because it was so, because the hours were those of another zone, or because
// the span has not been yet. "0 persons" reads alike in all three.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Exposure, exposureSummary, type LedgerHead } from '@palier/gateway';
import { instantOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exposureCommand } from '../../packages/gateway/src/cli/exposure.ts';
import { ledgerCommand } from '../../packages/gateway/src/cli/ledger.ts';
import { accountOf, entryOf, type LedgerFolder, ledgerFolder, reportOn } from '../support/ledger-folder.ts';

let folder: LedgerFolder;
const noon = Date.UTC(2026, 2, 10, 12);
const hour = 3_600_000;

beforeEach(async () => {
  folder = await ledgerFolder();
  const ledger = await folder.open();
  for (const later of [0, 1, 2]) await ledger.append(entryOf(later, { at: instantOf(noon + later * hour) }));
  await ledger.append(entryOf(9, { at: instantOf(noon + 5 * hour), account: accountOf('medecin-01') }));
  await ledger.close();
});
afterEach(() => folder.remove());

const asked = async (
  from: number,
  to: number,
  account = 'pharmacie-01',
  now = noon + 24 * hour,
): Promise<Exposure> => {
  const span = { from: instantOf(from), to: instantOf(to), now: instantOf(now) };
  return (await reportOn(folder, { ...span, accounts: new Set([account]) })).exposure;
};

describe('a report on a span without the account', () => {
  it('says when the account was there first and last, and not of one that was', async () => {
    const exposure = await asked(noon + 4 * hour, noon + 6 * hour);
    const [first, last] = ['2026-03-10T12:00:00.000Z', '2026-03-10T14:00:00.000Z'];
    expect(exposure).toMatchObject({ absent: [{ account: 'pharmacie-01', first, last }], ahead: undefined });
    const english = exposureSummary(exposure, 'en');
    expect(english).toContain(
      `**The account pharmacie-01 has nothing in this span.** Its first entry is of ${first} and its last of ${last} (UTC).`,
    );
    expect(english).toContain('from 2026-03-10T16:00:00.000Z to before 2026-03-10T18:00:00.000Z (UTC)');
    expect(exposureSummary(exposure, 'fr')).toContain(
      `entr\u00e9e est du ${first} et sa derni\u00e8re du ${last} (UTC)`,
    );
    expect((await asked(noon, noon + hour)).absent).toEqual([]);
    expect((await asked(noon, noon + hour, 'nobody')).absent).toEqual([]);
  });

  it('says where the ledger lies when all accounts were asked for', async () => {
    const { exposure } = await reportOn(folder, { to: instantOf(noon) });
    expect(exposureSummary(exposure, 'en')).toContain(
      'Nothing in this ledger lies in this span.** Its first entry is of',
    );
    expect(exposureSummary(exposure, 'fr')).toContain('Rien dans ce registre ne tombe');
    expect(exposureSummary((await reportOn(folder)).exposure, 'en')).not.toContain('Nothing in this ledger');
  });
});

describe('a report on a span of the future', () => {
  it('says whether it begins or ends there, in both languages', async () => {
    const begins = await asked(noon + 4 * hour, noon + 6 * hour, 'pharmacie-01', noon + 3 * hour);
    const ends = await asked(noon, noon + 6 * hour, 'pharmacie-01', noon + 3 * hour);
    expect([begins.ahead, ends.ahead, (await asked(noon, noon + hour)).ahead]).toEqual([
      'begins',
      'ends',
      undefined,
    ]);
    expect(exposureSummary(begins, 'en')).toContain('begins in the future, and nothing can be in it');
    expect(exposureSummary(begins, 'fr')).toContain('commence dans le futur');
    expect(exposureSummary(ends, 'en')).toContain(
      'ends in the future: what comes until then is in no figure',
    );
    expect(exposureSummary(ends, 'fr')).toContain('finit dans le futur');
    // Without an end it is as long as the ledger, whenever that is.
    const { exposure } = await reportOn(folder, { now: instantOf(noon) });
    expect(exposure.ahead).toBeUndefined();
  });

  it('is no yes where it begins there, and a time without a zone is told as it was taken', async () => {
    const [code, out, err] = await report(
      '--from',
      '2999-01-01T09:00',
      '--to',
      '2999-01-01T10:00',
      '--language',
      'en',
    );
    expect(code).toBe(3);
    expect(out).toContain('begins in the future');
    const taken = new Date('2999-01-01T09:00').toISOString();
    expect(err).toContain(`note: 2999-01-01T09:00 has no zone and was taken as this machine's: ${taken}`);
    const [past, , silent] = await report('--from', '2026-03-10T09:00Z', '--to', '2026-03-11');
    expect([past, silent]).toEqual([0, '']);
    expect((await report('--to', '2999-01-01'))[0]).toBe(0);
  });
});

it('a copy that is older than the heads is cut short, and the words name that cause too', async () => {
  const later: LedgerHead = { instance: 'gateway', segment: 2, entries: 9, hash: 'x'.repeat(43) };
  const heads = join(folder.directory, 'heads.jsonl');
  const write = (kept: readonly LedgerHead[]): void =>
    writeFileSync(heads, kept.map((head) => `${JSON.stringify(head)}\n`).join(''));
  write([...folder.heads, later]);
  let out = '';
  const hear = (text: string): void => {
    out += text;
  };
  const terminal = { ...silent(), out: hear };
  const verify = ['verify', '--directory', folder.directory, '--heads', heads];
  expect(await ledgerCommand(verify, terminal)).toBe(1);
  expect(out).toContain(
    'gateway/2:0  cut-short\ncut-short: its end was cut off, or the copy is older than the head: copy again',
  );
  expect((await report('--heads', heads, '--language', 'en'))[1]).toContain(
    'or the copy is older than the head. Copy again',
  );
  expect((await report('--heads', heads))[1]).toContain('la copie est plus ancienne que la t\u00eate');
  write(folder.heads);
  out = '';
  expect(await ledgerCommand(verify, terminal)).toBe(0);
  expect(out).not.toContain('copy');
});

function silent(): Parameters<typeof exposureCommand>[1] {
  return { out: () => undefined, err: () => undefined, environment: {}, interactive: false };
}

async function report(...words: readonly string[]): Promise<readonly [number, string, string]> {
  let [out, err] = ['', ''];
  const key = join(folder.directory, 'private.jwk');
  writeFileSync(key, JSON.stringify(folder.operator.private));
  const code = await exposureCommand(['report', '--directory', folder.directory, '--key', key, ...words], {
    ...silent(),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return [code, out, err];
}

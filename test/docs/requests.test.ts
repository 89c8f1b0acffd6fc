// The forms of docs/requests.md as they are printed: each request is sent through a gateway with that configuration, the
// portal answers what stands beside it, and the persons of the last column are the ones that are counted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exposureReport } from '@palier/gateway';
import { instantOf } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../support/browser.ts';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type Professional, seat } from '../support/professional.ts';
import { type Recorder, startRecorder } from '../support/recorder-upstream.ts';

const page = readFileSync(new URL('../../docs/requests.md', import.meta.url), 'utf8');
const configuration =
  /## Where the persons stand[\s\S]*?```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? 'no configuration';
const row =
  /^\| `([a-z-]+)` \| `([A-Z]+) (\S+)`(?: with `([^`]+)`)? \| (?:`([^`]+)`|anything) \| ([\d ]+) \|$/gm;
const forms = [...page.matchAll(row)].map(
  ([, form = '', method = '', target = '', body, answer, persons = '']) => ({
    form,
    method,
    target,
    body,
    answer,
    persons: persons.split(' '),
  }),
);

let portal: Recorder;
let front: FrontOf;
let answer: string | undefined;
beforeAll(async () => {
  portal = await startRecorder();
  portal.answer(({ target, raw }, socket) => {
    const login = /(?:^|\W)SID=sid-of-([a-z-]+)/.exec(raw)?.[1];
    const [head, body] =
      target === '/api/me' ? [json, JSON.stringify({ login, class: 'secretariat' })] : answered(answer);
    socket.write(`HTTP/1.1 200 OK\r\n${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
  // PORTAL is a word that startFrontOf fills in.
  const filled = configuration.replace('PORTALSID', 'SID');
  front = await startFrontOf(portal.port, `${filled}stores: { durable: memory }\n`);
});
afterAll(async () => {
  await front.close();
  await portal.close();
});

const json = 'Content-Type: application/json';
function answered(text: string | undefined): readonly [head: string, body: string] {
  if (text?.startsWith('{') === true) return [json, text];
  if (text?.startsWith('<') === true) return ['Content-Type: text/html; charset=utf-8', text];
  return [`Content-Type: text/plain${text === undefined ? '' : `\r\n${text}`}`, 'shown'];
}

async function present(login: string): Promise<Professional> {
  const professional = seat(front, login);
  professional.browser.cookies.set('SID', `sid-of-${login}`);
  await professional.enrolApp();
  return professional;
}

async function send({ browser }: Professional, form: (typeof forms)[number]): Promise<Page> {
  answer = form.answer;
  if (form.body === undefined) return browser.call(form.target);
  if (form.body.startsWith('{')) return browser.call(form.target, JSON.parse(form.body));
  return browser.post(form.target, Object.fromEntries(new URLSearchParams(form.body)));
}

async function ledgerNames(login: string): Promise<readonly string[]> {
  const persons = new Set<string>();
  const operator = JSON.parse(readFileSync(join(front.folder, 'ledger-private.jwk'), 'utf8'));
  const directory = join(front.folder, `ledger-${front.port}`);
  await exposureReport(
    {
      directory,
      privateKeys: [operator],
      accounts: new Set([login]),
      from: instantOf(0),
      to: instantOf(8e15),
    },
    ({ id }) => void persons.add(id),
  );
  return [...persons].sort();
}

describe('docs/requests.md, where the persons stand', () => {
  it('shows every form there is', () => {
    expect(forms.map(({ form }) => form)).toEqual([
      ...['path', 'query', 'form', 'json'],
      ...['answer-json', 'answer-header', 'answer-html'],
      // A search that is a form.
      ...['answer-json', 'answer-html'],
    ]);
  });

  it.each(forms)('$form: $method $target counts $persons', async (form) => {
    const login = `by-${form.method.toLowerCase()}-${form.form}`;
    const professional = await present(login);
    const { status, text } = await send(professional, form);
    expect([status, portal.requests.at(-1)?.method]).toEqual([200, form.method]);
    expect(text).toBe(answered(form.answer)[1]);
    expect(await ledgerNames(login)).toEqual(form.persons);
  });

  it.each(forms.filter(({ answer: shown }) => shown !== undefined))(
    'negative control: $form without the persons in the answer counts nobody or shows nothing',
    async (form) => {
      const login = `without-${form.method.toLowerCase()}-${form.form}`;
      const professional = await present(login);
      const { text } = await send(professional, { ...form, answer: undefined });
      expect(text).not.toContain('shown');
      expect(await ledgerNames(login)).toEqual([]);
    },
  );

  it('a class of its own has the numbers that are written for it', async () => {
    const { browser } = await present('counter');
    answer = undefined;
    const statuses: number[] = [];
    for (let place = 0; place < 9; place += 1)
      statuses.push((await browser.call(`/patients/199039999910${place}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => 200), 401]);
  });
});

// What fronts really ask, byte for byte as it arrived (test/fronts/record makes the recordings): given to a gateway, a
// question is decided as the request that the same front then forwarded is, when it comes to the gateway directly.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../examples/portal/free-port.ts';
import { type AskingProgram, filesFor } from '../support/asking-front.ts';
import { type FrontOf, startFrontOf } from '../support/front-of.ts';
import { type RawAnswer, sendRaw } from '../support/raw-socket.ts';
import { type Recorder, startRecorder } from '../support/recorder-upstream.ts';
import { portalAnswers, routes } from './decided.ts';
import type { Exchange, Recording } from './record/recording.ts';
import { recordedHost } from './record/requests.ts';

const folder = new URL('./recorded/', import.meta.url);
const read = (name: string, file: string): string => readFileSync(new URL(`${name}/${file}`, folder), 'utf8');

let portal: Recorder;
let gateway: FrontOf;
let askPort: number;
beforeAll(async () => {
  portal = await startRecorder(portalAnswers);
  askPort = await freePort();
  const asked = `forwardAuth: { listen: "127.0.0.1:${askPort}", trustedPeers: [127.0.0.1] }`;
  gateway = await startFrontOf(portal.port, `hosts: ["${recordedHost}"]\n${asked}\n${routes}`);
});
afterAll(async () => {
  await gateway.close();
  await portal.close();
});

interface Judged {
  readonly exchange: Exchange;
  /** What the gateway says to the question, and why, where it says no. */
  readonly asked: RawAnswer;
  readonly reason: string;
  /** What it says to the forwarded request, when that is sent to it, and to the client's own bytes. */
  readonly direct: RawAnswer;
  readonly client: RawAnswer;
}

const toAsk = (bytes: string): Promise<RawAnswer> => toldBy(askPort, bytes);
const toGateway = (bytes: string): Promise<RawAnswer> => toldBy(gateway.port, bytes);

/** The answer after `100 Continue`, where that came first. */
async function toldBy(port: number, bytes: string): Promise<RawAnswer> {
  const told = await sendRaw(port, Buffer.from(bytes, 'latin1'), 1500);
  const last = [...told.text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].at(-1)?.[1];
  return { ...told, status: Number(last ?? 0) };
}

async function judge(exchange: Exchange): Promise<Judged> {
  const { questions, forwarded, client } = exchange;
  const sealed = await toAsk(questions[0] ?? '');
  const seal = /^palier-answer: (\S+)/im.exec(sealed.text)?.[1];
  const asked =
    seal === undefined
      ? sealed
      : await toAsk(`GET /.palier/forward-auth/answer HTTP/1.1\r\nHost: p\r\nPalier-Answer: ${seal}\r\n\r\n`);
  const direct = await toGateway(forwarded[0] ?? '');
  const own = typeof client === 'string' ? await toGateway(client) : direct;
  const reason = /"reason":"([a-z0-9-]+)"/.exec(asked.text)?.[1] ?? '';
  return { exchange, asked, reason, direct, client: own };
}

/** Method and digest of the target that the gateway's assertion speaks of. */
function wordOf(answer: string): readonly unknown[] {
  const [, claims = ''] = /^palier-assertion: [^.]+\.([^.]+)\./im.exec(answer) ?? [];
  const { htm, path_digest: path } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}');
  return [htm, path];
}

const digestOf = (target: string): string =>
  createHash('sha256').update(target, 'latin1').digest('base64url');

/** Refused though the forwarded bytes alone are harmless before a gateway that strips them: fronts do not strip. */
const stricter: ReadonlySet<string> = new Set([
  'front-header-foreign',
  'front-header-twice',
  'identity-header',
  'upgrade-cannot-be-cut',
]);

/** What a front's question does not show (docs/fronts.md). */
const unseen: Readonly<Record<AskingProgram, readonly string[]>> = {
  nginx: [],
  haproxy: [],
  caddy: ['chunks and a trailer', 'no chunk of a GET'],
  traefik: ['chunks and a trailer'],
  envoy: ['no chunk of a GET', 'two of one header'],
};

/** What a client itself would be refused, and a front makes sound before it asks: it drops, decodes or joins. */
const sound: Readonly<Record<AskingProgram, readonly string[]>> = {
  nginx: [
    'absolute-form of a foreign host',
    'a foreign Expect',
    'an assertion with an underscore',
    'an assertion with a dot',
    'forwarded words with underscores',
    'an underscore',
    'a WebSocket without a key',
    'HTTP/2 in the clear',
    'another protocol',
  ],
  haproxy: [],
  caddy: [
    'other brackets',
    'bytes above ASCII',
    'a length and chunks',
    'a WebSocket without a key',
    'HTTP/2 in the clear',
    'another protocol',
  ],
  traefik: [
    'a query with a semicolon',
    'an escape in lower case',
    'other brackets',
    'bytes above ASCII',
    'a length and chunks',
    'forwarded words with underscores',
    'a WebSocket without a key',
    'HTTP/2 in the clear',
    'another protocol',
  ],
  envoy: ['two cookie lines', 'HTTP/2 in the clear'],
};

describe.each(readdirSync(folder))('%s', (name) => {
  const recording = JSON.parse(read(name, 'exchanges.json')) as Recording;
  const { exchanges } = recording;
  const passed = exchanges.filter(({ questions, forwarded }) => questions.length > 0 && forwarded.length > 0);
  let judged: readonly Judged[];
  beforeAll(async () => {
    const all: Judged[] = [];
    for (let at = 0; at < passed.length; at += 24)
      all.push(...(await Promise.all(passed.slice(at, at + 24).map(judge))));
    judged = all;
  });

  it('is what the files shipped today ask and forward', () => {
    const withoutComments = (text: string): string => text.replace(/^\s*(#|--|\/\/).*\n/gm, '');
    for (const [file, text] of Object.entries(filesFor(recording.front, recording.places)))
      expect(withoutComments(text), file).toBe(withoutComments(read(name, file)));
    expect(passed.length).toBeGreaterThan(40);
  });

  it('asks about each request once, and forwards it once', () => {
    for (const { id, questions, forwarded } of passed)
      expect([id, questions.length, forwarded.length]).toEqual([id, 1, 1]);
  });

  it('is told yes only where what it forwards would be let through', () => {
    const untrue = judged.filter(({ asked, direct }) => asked.status === 200 && direct.status !== 200);
    expect(untrue.map(({ exchange }) => exchange.id)).toEqual(unseen[recording.front]);
  });

  it('is told no where the client itself would be, with the same number', () => {
    for (const { exchange, asked, reason, direct, client } of judged) {
      if (asked.status === 200 || stricter.has(reason)) continue;
      // A cookie that the client names as a hop is nobody's to Traefik.
      if (exchange.id === 'hops that name ours' && asked.status === 401) continue;
      // The parser itself knows no other number than 400, or none at all.
      const numbers = [
        direct.status,
        client.status,
        ...(client.status === 400 || client.status === 0 ? [asked.status] : []),
      ];
      expect([exchange.id, numbers.includes(asked.status)]).toEqual([exchange.id, true]);
    }
  });

  it('lets through what the client itself would be refused only where the front made something sound of it', () => {
    const mended = judged.filter(({ asked, client }) => asked.status === 200 && client.status !== 200);
    expect(new Set(mended.map(({ exchange }) => exchange.id))).toEqual(
      new Set([...unseen[recording.front], ...sound[recording.front]]),
    );
  });

  it('is told yes for exactly the method and target that it forwards', () => {
    const yes = judged.filter(({ asked }) => asked.status === 200);
    expect(yes.length).toBeGreaterThan(10);
    for (const { exchange, asked } of yes) {
      const [line = ''] = (exchange.forwarded[0] ?? '').split('\r\n');
      const [method = '', target = ''] = line.split(' ');
      expect([exchange.id, wordOf(asked.text)]).toEqual([exchange.id, [method, digestOf(target)]]);
    }
  });

  it('negative control: is told yes for another target when the question names another', async () => {
    const open = passed.find(({ id }) => id === 'an open path');
    const other = await toAsk((open?.questions[0] ?? '').replace('/public/x', '/public/y'));
    expect(wordOf(other.text)).toEqual(['GET', digestOf('/public/y')]);
  });

  it('A059 to A062, A070: forwards nothing of what a client says of itself, and the assertion of the gateway once', () => {
    for (const { exchange } of judged.filter(({ asked }) => asked.status === 200)) {
      const [head = ''] = (exchange.forwarded[0] ?? '').split('\r\n\r\n');
      const lines = head.split('\r\n').slice(1);
      const of = (pattern: RegExp): readonly string[] => lines.filter((line) => pattern.test(line));
      expect([exchange.id, of(/^palier.assertion:/i).length]).toEqual([exchange.id, 1]);
      expect([exchange.id, of(/evil|203\.0\.113\.9|:AAAA:/)]).toEqual([exchange.id, []]);
    }
  });

  it('A083: changes to no other protocol', () => {
    for (const { exchange, asked } of judged)
      if (asked.status === 200) expect([exchange.id, exchange.status]).not.toEqual([exchange.id, 101]);
  });
});

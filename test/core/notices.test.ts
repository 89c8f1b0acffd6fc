// Notices: a real mail through a real (local) mail server, a signed webhook, and what happens when either is down.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  allSinks,
  type EventSink,
  inBackground,
  instantOf,
  type MailTransport,
  type MfaEvent,
  mailSink,
  noticeOf,
  type Recipient,
  Secret,
  secondsOf,
  toldByDefault,
  webhookSink,
} from '@palier/mfa-core';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { accountOf, bindKey, must, openDesk, withPhone } from './desk.ts';

const ana = accountOf('ana');
const place = { portal: 'Portail', contact: '01 99 00 00 00', timeZone: 'Europe/Paris' };
const at = instantOf(Date.UTC(2026, 2, 10, 8));
const factor = {
  id: `fac_${'A'.repeat(32)}` as never,
  kind: 'totp',
  name: 'phone\r\nBcc: eve@example.org',
} as const;
const common = { at, account: ana } as const;

const everyEvent: readonly MfaEvent[] = [
  { ...common, type: 'session-opened', agent: 'Firefox' },
  { ...common, type: 'session-ended', count: 2, by: 'factor-change' },
  { ...common, type: 'stepped-up', proof: 'totp', factor },
  { ...common, type: 'refused', act: 'step-up', reason: 'wrong-code' },
  { ...common, type: 'locked', until: at, failures: 5, ceiling: 100 },
  { ...common, type: 'factors-disabled', count: 2 },
  { ...common, type: 'factor-enrolled', factor, activeFrom: at, right: 'ticket', boundBy: 'ticket' },
  { ...common, type: 'factor-renamed', factor },
  { ...common, type: 'factor-removed', factor, by: 'operator' },
  { ...common, type: 'recovery-codes-replaced', remaining: 10 },
  { ...common, type: 'recovery-code-used', remaining: 9 },
  { ...common, type: 'ticket-issued', ticket: 'tid_x' as never, issuedBy: 'desk' },
  { ...common, type: 'ticket-used', ticket: 'tid_x' as never },
  { ...common, type: 'ticket-revoked', ticket: 'tid_x' as never },
  { ...common, type: 'counter-went-back', factor },
];

describe('a notice', () => {
  it.each(everyEvent.map((event) => [event.type, event] as const))(
    'of %s has words in both languages, no link and no code',
    (_type, event) => {
      const both = (['fr', 'en'] as const).map((language) => noticeOf(event, language, place));
      for (const { subject, text } of both) {
        expect(subject).toMatch(/^Portail: .+/);
        expect(subject).not.toMatch(/[\r\n]/);
        expect(text).toContain(place.contact);
        expect(text).not.toMatch(/https?:|www\.|\b\d{6}\b|[0-9A-Z]{4}-[0-9A-Z]{4}/);
      }
      expect(both[0]?.text).not.toBe(both[1]?.text);
    },
  );

  it('tells times where the people are', () => {
    const [event] = everyEvent.filter(({ type }) => type === 'locked');
    if (event === undefined) throw new Error('no event');
    expect(noticeOf(event, 'fr', place).text).toContain('10 mars 2026');
    expect(noticeOf(event, 'en', place).text).toMatch(/10 March 2026.*09:00/);
  });

  it('is for what changes an account or smells of an attack, not for every gesture', () => {
    expect(toldByDefault.has('stepped-up')).toBe(false);
    expect(toldByDefault.has('factor-enrolled')).toBe(true);
  });
});

describe('mail', () => {
  let server: SMTPServer | undefined;
  afterEach(
    () => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))),
  );

  async function mailbox(): Promise<{ transport: MailTransport; mails: string[] }> {
    const mails: string[] = [];
    server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    return {
      transport: createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }),
      mails,
    };
  }

  it('goes to each address of the account, and a name cannot add one (A197)', async () => {
    const { transport, mails } = await mailbox();
    const addresses = ['ana@example.org', 'cabinet@example.org'];
    const sink = mailSink({
      transport,
      from: 'securite@portail.example',
      place,
      recipient: async () => ({ addresses, language: 'fr' }),
    });
    await sink({ ...common, type: 'factor-renamed', factor });
    expect(mails.map((mail) => /^To: (.*)$/m.exec(mail)?.[1]?.trim()).sort()).toEqual(addresses);
    for (const mail of mails) {
      const head = mail.slice(0, mail.indexOf('\r\n\r\n'));
      expect(head).not.toMatch(/^Bcc:/im);
      expect(head).toMatch(/^auto-submitted: auto-generated/im);
    }
    await sink({ ...common, type: 'stepped-up', proof: 'totp', factor });
    expect(mails).toHaveLength(2);
  });

  it.each([
    ['fr', 'Portail: Une clé ou une application a été retirée', 'Retiré par l’administrateur du portail'],
    ['en', 'Portail: A key or an app was removed', 'Removed by the portal’s administrator'],
  ] as const)('speaks %s, from the subject to the last line', async (language, subject, sentence) => {
    const { transport, mails } = await mailbox();
    const recipient = async (): Promise<Recipient> => ({ addresses: ['ana@example.org'], language });
    const sink = mailSink({ transport, from: 'securite@portail.example', place, recipient });
    await sink({
      ...common,
      type: 'factor-removed',
      factor: { ...factor, name: 'téléphone' },
      by: 'operator',
    });
    const [head = '', ...paragraphs] = (mails[0] ?? '').split('\r\n\r\n');
    const body = paragraphs.join('\r\n\r\n');
    expect(decodedWords(/^Subject: ((?:.|\r\n )*)/im.exec(head)?.[1] ?? '')).toBe(subject);
    const text = /base64/i.test(head) ? Buffer.from(body, 'base64').toString() : quoted(body);
    expect(text).toContain(sentence);
    expect(text).toContain(place.contact);
    expect(text).not.toMatch(/https?:/);
  });

  it('speaks both to whom nobody knows, each whole and told apart by words and not by dashes', async () => {
    const { transport, mails } = await mailbox();
    const recipient = async (): Promise<Recipient> => ({ addresses: ['ana@example.org'], language: 'both' });
    const sink = mailSink({ transport, from: 'securite@portail.example', place, recipient });
    await sink({ ...common, type: 'factor-removed', factor, by: 'operator' });
    const [head = '', ...paragraphs] = (mails[0] ?? '').split('\r\n\r\n');
    expect(decodedWords(/^Subject: ((?:.|\r\n )*)/im.exec(head)?.[1] ?? '')).toBe(
      'Portail: Une clé ou une application a été retirée / A key or an app was removed',
    );
    expect(head).toMatch(/^content-language: fr, en$/im);
    const body = paragraphs.join('\r\n\r\n');
    const text = /base64/i.test(head) ? Buffer.from(body, 'base64').toString() : quoted(body);
    const [first = '', second = ''] = text.split('In English:');
    expect(first).toMatch(/^English: see below\.\s+Bonjour,/);
    expect(first).toContain('Retiré par l’administrateur du portail');
    expect(second).toContain('Removed by the portal’s administrator');
    for (const part of [first, second]) expect(part).toContain(place.contact);
    expect(text).not.toMatch(/[-_=*]{3}|https?:/);
  });
});

/** RFC 2047, as a mail program shows a subject. */
function decodedWords(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?(q|b)\?(.*?)\?=/gi, (_all, how: string, text: string) =>
      how.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString() : quoted(text.replaceAll('_', ' ')),
    )
    .trim();
}

/** RFC 2045 quoted-printable. */
function quoted(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

describe('a webhook', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const key = new Secret(new Uint8Array(32).fill(3));

  async function receiver(status: number): Promise<{ url: URL; got: { body: string; signature: string }[] }> {
    const got: { body: string; signature: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        got.push({ body, signature: String(request.headers['palier-signature']) });
        response.statusCode = status;
        response.end();
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`), got };
  }

  it('gets the event, signed', async () => {
    const { url, got } = await receiver(204);
    const event: MfaEvent = { ...common, type: 'locked', until: at, failures: 5, ceiling: 100 };
    await webhookSink({ url, key })(event);
    expect(JSON.parse(got[0]?.body ?? '')).toEqual(event);
    const mac = key.expose((bytes) =>
      createHmac('sha256', bytes)
        .update(`${at / 1000}.${got[0]?.body}`)
        .digest('hex'),
    );
    expect(got[0]?.signature).toBe(`t=${at / 1000},v1=${mac}`);
  });

  it('that answers an error has not taken the event', async () => {
    const { url } = await receiver(500);
    await expect(
      webhookSink({ url, key })({ ...common, type: 'locked', until: at, failures: 5, ceiling: 100 }),
    ).rejects.toThrow('500');
  });

  it('is refused over plain http to elsewhere, and with a short key', () => {
    expect(() => webhookSink({ url: new URL('http://example.org/'), key })).toThrow(TypeError);
    expect(() =>
      webhookSink({ url: new URL('https://example.org/'), key: Secret.fromText('short') }),
    ).toThrow(TypeError);
  });
});

describe('delivery', () => {
  const event: MfaEvent = { ...common, type: 'locked', until: at, failures: 5, ceiling: 100 };
  const failing = (times: number): { sink: EventSink; calls: () => number } => {
    let calls = 0;
    return {
      calls: () => calls,
      sink: async () => {
        calls += 1;
        if (calls <= times) throw new Error('down');
      },
    };
  };

  it('in the background holds nobody up, tries again, and tells when it gave up', async () => {
    const broken: unknown[] = [];
    const setting = { broken: (error: unknown) => void broken.push(error), waits: [1, 1] };
    const twice = failing(2);
    const first = inBackground(twice.sink, setting);
    await first.sink(event);
    await first.settled();
    expect([twice.calls(), broken.length]).toEqual([3, 0]);
    const always = failing(99);
    const second = inBackground(always.sink, setting);
    await second.sink(event);
    await second.settled();
    expect([always.calls(), broken.length]).toEqual([3, 1]);
  });

  it('holds a bounded number at a time', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const broken: unknown[] = [];
    const { sink, settled } = inBackground(() => gate, {
      broken: (error) => void broken.push(error),
      most: 3,
    });
    for (let count = 0; count < 5; count += 1) await sink(event);
    expect(broken).toHaveLength(2);
    release();
    await settled();
  });

  it('to several goes on only when the one before took the event', async () => {
    const taken: string[] = [];
    const log = allSinks(failing(1).sink, async () => void taken.push('mail'));
    await expect(log(event)).rejects.toThrow('down');
    await log(event);
    expect(taken).toEqual(['mail']);
  });

  it('is waited for where the notice is the defence: no mail, no waiting key', async () => {
    let up = true;
    const mail: EventSink = async () => {
      if (!up) throw new Error('mail server down');
    };
    const { sink } = inBackground(mail, { broken: () => undefined, waits: [] });
    const desk = openDesk({ sink, policy: { keyAfterCode: secondsOf(3600) } });
    const seat = await withPhone(desk, ana);
    const { right } = must(await desk.mfa.enrol.rightFromProof(seat.session), 'granted');
    up = false;
    await expect(bindKey(desk, seat, right)).rejects.toThrow('mail server down');
    expect((await desk.mfa.factors.list(ana)).some(({ kind }) => kind === 'webauthn')).toBe(false);
    await withPhone(desk, accountOf('bea'));
  });
});

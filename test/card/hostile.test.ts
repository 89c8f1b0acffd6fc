// Bytes that somebody hostile made: cut, changed and blown-up certificates, lists and answers. Whatever they are, reading
// them throws nothing, ends soon and holds little; and a list sent again frees no card, over a restart neither. Beside
// each bound stands what the same bytes cost, or open, without it.
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantOf, secondsOf, systemRandom } from '@palier/mfa-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CardCertificate, readCertificate } from '../../packages/gateway/src/card/certificate.ts';
import {
  type ForwardedForm,
  forwardedForms,
  readForwarded,
} from '../../packages/gateway/src/card/forwarded/forms.ts';
import { elementAt, elementsIn, integerHex } from '../../packages/gateway/src/card/revocation/der-walk.ts';
import { askAbout, readAnswer } from '../../packages/gateway/src/card/revocation/ocsp-exchange.ts';
import { readList } from '../../packages/gateway/src/card/revocation/revocation-list.ts';
import { openRevocation } from '../../packages/gateway/src/card/revocation/sources.ts';
import { readTrust, type Trust } from '../../packages/gateway/src/card/trust.ts';
import { verifyChain } from '../../packages/gateway/src/card/verify-chain.ts';
import { type Leaf, openPki, type Pki } from '../support/pki.ts';
import { makeCrowd } from './ring.ts';

let pki: Pki;
let trust: Trust;
let authorities: readonly CardCertificate[];
let leaf: Uint8Array;
let list: Uint8Array;
beforeAll(async () => {
  pki = await openPki();
  trust = readTrust({ anchors: pki.anchors, intermediates: pki.intermediates, issuers: undefined });
  authorities = [...trust.anchors, ...trust.intermediates];
  leaf = derIn(pki.leaf('doctor'));
  list = new Uint8Array(readFileSync(pki.authority('persons').crlDer));
}, 60_000);
afterAll(() => pki.close());

const derIn = ({ certificate }: Pick<Leaf, 'certificate'>): Uint8Array =>
  new Uint8Array(new X509Certificate(readFileSync(certificate)).raw);

const certificateOf = (der: Uint8Array): CardCertificate => {
  const read = readCertificate(der);
  if (read === undefined) throw new TypeError('not read');
  return read;
};

/** Numbers below `n`, the same at each run. */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** One to four changes: a byte, a bit, some bytes taken out or put in, the rest cut off. */
function changed(bytes: Uint8Array, below: (n: number) => number): Uint8Array {
  let now = [...bytes];
  for (let left = 1 + below(4); left > 0; left -= 1) {
    const at = below(now.length);
    const way = below(5);
    if (way === 0) now[at] = below(256);
    if (way === 1) now.splice(at, 1 + below(8));
    if (way === 2) now.splice(at, 0, ...Array.from({ length: 1 + below(8) }, () => below(256)));
    if (way === 3) now[at] = (now[at] ?? 0) ^ (1 << below(8));
    if (way === 4) now = now.slice(0, at + 1);
  }
  return Uint8Array.from(now);
}

/** Tag, length and content. */
function tlv(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const length = content.reduce((sum, one) => sum + one.length, 0);
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), ...content]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 + short.length]), short, ...content]);
}

async function timed(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

describe('bytes changed at random', () => {
  it('are read as a certificate, or not, without an exception and at once', async () => {
    const below = seeded(20_260_101);
    const tried = Array.from({ length: 1500 }, () => changed(leaf, below));
    const took = await timed(() => tried.map(readCertificate));
    expect(took / tried.length).toBeLessThan(20);
    // The generator does change something, and not everything.
    expect(tried.some((one) => readCertificate(one) === undefined)).toBe(true);
    expect(tried.some((one) => readCertificate(one) !== undefined)).toBe(true);
  });

  it('are no list, or the very same one (A220)', async () => {
    const below = seeded(20_260_102);
    const sound = await readList(list, authorities);
    expect(typeof sound).toBe('object');
    const seen = new Set<string>();
    for (let left = 1500; left > 0; left -= 1) {
      const read = await readList(changed(list, below), authorities);
      if (typeof read === 'string') seen.add(read);
      else expect(read).toEqual(sound);
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  it('are an answer of a responder in no way that throws', async () => {
    const below = seeded(20_260_103);
    const [persons] = trust.intermediates;
    if (persons === undefined) throw new TypeError('no authority');
    const { id } = await askAbout(certificateOf(leaf), persons, systemRandom);
    for (let left = 1000; left > 0; left -= 1)
      expect(readAnswer(changed(list, below), id)).toEqual(expect.any(String));
    for (const bomb of [Buffer.alloc(65_536, '3080', 'hex'), tlv(0x30, Buffer.alloc(65_000, '0500', 'hex'))])
      expect(await timed(() => readAnswer(bomb, id))).toBeLessThan(1000);
  });

  it('are the words of a front in no way that throws, and in bounded time (A215)', async () => {
    const below = seeded(20_260_104);
    const pem = readFileSync(pki.leaf('doctor').certificate, 'utf8').slice(-1900);
    const texts = (form: ForwardedForm): readonly string[] => [
      changedText(pem, below),
      changedText(encodeURIComponent(pem), below),
      changedText(`:${Buffer.from(leaf).toString('base64')}:`, below),
      changedText(`Hash=x;Cert="${encodeURIComponent(pem)}"`, below),
      `${form === 'envoy' ? 'Cert="' : '-----BEGIN CERTIFICATE-----'}${' '.repeat(60_000)}x`,
      `-----BEGIN CERTIFICATE-----A-----END CERTIFICATE-----${' '.repeat(60_000)}x`,
      '%'.repeat(60_000),
      'A=;'.repeat(20_000),
      'A,'.repeat(30_000),
    ];
    for (const form of forwardedForms)
      for (let left = 40; left > 0; left -= 1)
        for (const text of texts(form)) {
          const values = (name: string): readonly string[] =>
            name.endsWith('verify') ? [form === 'haproxy' ? '0' : 'SUCCESS'] : [text];
          expect(await timed(() => readForwarded(form, values))).toBeLessThan(500);
        }
  });
});

function changedText(text: string, below: (n: number) => number): string {
  return Buffer.from(changed(Buffer.from(text, 'latin1'), below)).toString('latin1');
}

describe('a list that nobody signed, blown up', () => {
  it('of a million fields is refused before they are counted (A257)', async () => {
    const fields = tlv(0x30, Buffer.alloc(8_000_000, '0500', 'hex'));
    const algorithm = Buffer.from('300a06082a8648ce3d040302', 'hex');
    for (const bomb of [
      tlv(0x30, fields, algorithm, tlv(0x03, Buffer.alloc(65))),
      tlv(0x30, Buffer.alloc(8_000_000, '0500', 'hex')),
    ]) {
      let flaw: unknown;
      const took = await timed(async () => {
        flaw = await readList(bomb, authorities);
      });
      expect(flaw).toBe('unreadable');
      // Without the bound, all of them in one piece of work that lets no request through.
      const without = await timed(() => {
        const outer = elementAt(bomb, 0, bomb.length);
        return [...elementsIn(bomb, outer)].flatMap((one) =>
          one.tag === 0x30 ? [...elementsIn(bomb, one)] : [one],
        );
      });
      expect(took).toBeLessThan(without / 5);
    }
  });
});

describe('a serial number that lists and certificates spell differently', () => {
  it('makes no certificate: it could be revoked and not be found on the list (A220)', () => {
    const serial = certificateOf(leaf).serial;
    const at = Buffer.from(leaf).indexOf(Buffer.from(serial, 'hex'));
    const below = Uint8Array.from(leaf);
    below[at] = (below[at] ?? 0) | 0x80;
    expect(readCertificate(below)).toBeUndefined();
    // The platform reads it, and not as the list does.
    const listed = integerHex(below, elementAt(below, at - 2, below.length));
    expect(new X509Certificate(below).serialNumber.toLowerCase()).not.toBe(listed);
    const other = Uint8Array.from(leaf);
    other[at] = 0x11;
    expect(certificateOf(other).serial.startsWith('11')).toBe(true);
  });
});

describe('certificates that all signed each other', () => {
  it('are left after some signatures, not after all the ways through them (A259)', async () => {
    const crowd = await makeCrowd(7);
    const signatures = vi.spyOn(X509Certificate.prototype, 'verify');
    const verdict = await verifyChain(crowd, trust, instantOf(Date.now()));
    expect(verdict).toEqual({ outcome: 'refused', reason: 'untrusted' });
    expect(signatures.mock.calls.length).toBeLessThanOrEqual(64);
    signatures.mockClear();
    // Without the bound, up to six deep as the way may be.
    const [first, ...others] = crowd.map((der) => new X509Certificate(der));
    if (first === undefined) throw new TypeError('no leaf');
    walk([first], others);
    expect(signatures.mock.calls.length).toBeGreaterThan(1000);
    signatures.mockRestore();
  });
});

/** Goes every way up there is. */
function walk(way: readonly X509Certificate[], between: readonly X509Certificate[]): void {
  const last = way.at(-1);
  if (way.length >= 5) return;
  for (const issuer of between)
    if (!way.includes(issuer) && last?.verify(issuer.publicKey) === true) walk([...way, issuer], between);
}

describe('an older list of a publisher, sent again', () => {
  let publisher: Server;
  let answers: Map<string, Buffer>;
  beforeAll(async () => {
    answers = new Map();
    publisher = createServer((incoming, response) => {
      const found = answers.get(incoming.url ?? '');
      response.writeHead(found === undefined ? 404 : 200).end(found);
    });
    await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => publisher.close());

  it('A220: frees no card after a restart, whether it comes before the restart or with it', async () => {
    const keepIn = mkdtempSync(join(tmpdir(), 'palier-kept-'));
    const card = await pki.issue({ issuer: 'persons', name: '/C=FR/CN=x' });
    const chain = await verifyChain([derIn(card)], trust, instantOf(Date.now()));
    if (chain.outcome !== 'sound') throw new TypeError('the card is not sound');
    const read = (name: 'persons' | 'root-persons'): Buffer => readFileSync(pki.authority(name).crlDer);
    answers.set('/root', read('root-persons'));
    const before = read('persons');
    await pki.revoke(card);
    await pki.publish('persons', { from: -0.001, to: 7 });
    const start = async (folder: string | undefined): Promise<() => Promise<string>> => {
      const { port } = publisher.address() as AddressInfo;
      const running = await openRevocation(
        {
          files: [],
          urls: ['persons', 'root'].map((name) => new URL(`http://127.0.0.1:${port}/${name}`)),
          refresh: secondsOf(3600),
          timeout: secondsOf(2),
          grace: secondsOf(0),
          keepIn: folder,
          ocsp: { use: 'never' },
        },
        { authorities, now: () => instantOf(Date.now()), random: systemRandom, log: () => undefined },
      );
      return async () => {
        await running.refresh();
        return (await running.check(chain.chain, instantOf(Date.now()))).status;
      };
    };
    answers.set('/persons', read('persons'));
    const first = await start(keepIn);
    expect(await first()).toBe('revoked');
    answers.set('/persons', before);
    // While it runs it knows better; what it keeps must, too.
    expect(await first()).toBe('revoked');
    expect(await (await start(keepIn))()).toBe('revoked');
    answers.set('/persons', Buffer.from('a page of somebody between'));
    expect(await first()).toBe('revoked');
    answers.delete('/persons');
    expect(await (await start(keepIn))()).toBe('revoked');
    // Nothing kept: then the older list, which is signed and of this week, is all there is.
    answers.set('/persons', before);
    expect(await (await start(undefined))()).toBe('good');
    expect(readdirSync(keepIn)).toHaveLength(2);
    rmSync(keepIn, { recursive: true });
  });

  it('A220: put back into a folder frees no card after a restart either, where the newest is kept', async () => {
    const [folder, keepIn] = ['palier-lists-', 'palier-kept-'].map((name) =>
      mkdtempSync(join(tmpdir(), name)),
    ) as [string, string];
    const card = await pki.issue({ issuer: 'persons', name: '/C=FR/CN=y' });
    const chain = await verifyChain([derIn(card)], trust, instantOf(Date.now()));
    if (chain.outcome !== 'sound') throw new TypeError('the card is not sound');
    const list = (name: 'persons' | 'root-persons'): Buffer => readFileSync(pki.authority(name).crlDer);
    const put = (bytes: Buffer): void => writeFileSync(join(folder, 'persons.crl'), bytes);
    writeFileSync(join(folder, 'root.crl'), list('root-persons'));
    const older = list('persons');
    await pki.revoke(card);
    await pki.publish('persons', { from: -0.0005, to: 7 });
    put(list('persons'));
    const startedWith = async (kept: string | undefined): Promise<string> => {
      const running = await openRevocation(
        {
          files: [folder],
          urls: [],
          refresh: secondsOf(3600),
          timeout: secondsOf(2),
          grace: secondsOf(0),
          keepIn: kept,
          ocsp: { use: 'never' },
        },
        { authorities, now: () => instantOf(Date.now()), random: systemRandom, log: () => undefined },
      );
      return (await running.check(chain.chain, instantOf(Date.now()))).status;
    };
    expect(await startedWith(keepIn)).toBe('revoked');
    put(older);
    expect(await startedWith(keepIn)).toBe('revoked');
    // The control: with nothing kept, the older list, which is signed and of this week, is all there is.
    expect(await startedWith(undefined)).toBe('good');
    for (const made of [folder, keepIn]) rmSync(made, { recursive: true });
  });
});

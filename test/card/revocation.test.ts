// Whether a card was revoked: lists and responders as openssl makes them, and every way in which one could be wrong.
// Beside each refusal stands what would be said without it.
import { X509Certificate } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Instant, instantOf, secondsOf, systemRandom } from '@palier/mfa-core';
import * as pkijs from 'pkijs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateChain } from '../../packages/gateway/src/card/certificate.ts';
import { readList } from '../../packages/gateway/src/card/revocation/revocation-list.ts';
import {
  openRevocation,
  type RunningRevocation,
} from '../../packages/gateway/src/card/revocation/sources.ts';
import type { RevocationVerdict } from '../../packages/gateway/src/card/revocation.ts';
import { readTrust, type Trust } from '../../packages/gateway/src/card/trust.ts';
import { verifyChain } from '../../packages/gateway/src/card/verify-chain.ts';
import type { RevocationSetting } from '../../packages/gateway/src/config/card-settings.ts';
import { type OcspServer, startOcsp } from '../support/ocsp-server.ts';
import { type LeafName, openPki, type Pki } from '../support/pki.ts';

const day = 86_400_000;
const now = instantOf(Date.now());
const later = (days: number): Instant => instantOf(now + days * day);

let pki: Pki;
let trust: Trust;
let ocsp: OcspServer;
beforeAll(async () => {
  pki = await openPki();
  trust = readTrust({ anchors: pki.anchors, intermediates: pki.intermediates, issuers: undefined });
  ocsp = await startOcsp(pki, ['persons', 'root-persons']);
}, 60_000);
afterAll(async () => {
  await ocsp.close();
  pki.close();
});
afterEach(() => ocsp.behave({}));

const lines: Readonly<Record<string, unknown>>[] = [];
const opened: RunningRevocation[] = [];
afterEach(() => {
  lines.length = 0;
  for (const one of opened.splice(0)) one.close();
});

const noOcsp: RevocationSetting = {
  files: [],
  urls: [],
  refresh: secondsOf(3600),
  timeout: secondsOf(1),
  grace: secondsOf(0),
  keepIn: undefined,
  ocsp: { use: 'never' },
};

async function open(setting: Partial<RevocationSetting>): Promise<RunningRevocation> {
  const authorities = [...trust.anchors, ...trust.intermediates];
  const parts = {
    authorities,
    now: () => now,
    random: systemRandom,
    log: (line: Readonly<Record<string, unknown>>) => void lines.push(line),
  };
  const revocation = await openRevocation({ ...noOcsp, ...setting }, parts);
  opened.push(revocation);
  return revocation;
}

/** Each answer starts openssl, which takes a busy machine its time; who waits for silence waits a second. */
const asking = (use: 'prefer' | 'require', timeout = 10): RevocationSetting['ocsp'] => ({
  use,
  url: ocsp.url,
  timeout: secondsOf(timeout),
  maxAge: secondsOf(3600),
});

async function chainOf(name: LeafName): Promise<CertificateChain> {
  const der = new Uint8Array(new X509Certificate(readFileSync(pki.leaf(name).certificate)).raw);
  const verified = await verifyChain([der], trust, now);
  if (verified.outcome === 'refused') throw new Error(verified.reason);
  return verified.chain;
}

const word = (verdict: RevocationVerdict): string =>
  verdict.status === 'unknown' ? `unknown: ${verdict.because}` : verdict.status;

async function told(revocation: RunningRevocation, name: LeafName, at: Instant = now): Promise<string> {
  return word(await revocation.check(await chainOf(name), at));
}

/** A folder of lists of one's own, to be spoiled. */
function listsIn(): { readonly folder: string; readonly file: (authority: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'palier-lists-'));
  const file = (authority: string): string => join(folder, `${authority}.crl.pem`);
  for (const name of ['persons', 'root-persons'])
    copyFileSync(join(pki.lists, `${name}.crl.pem`), file(name));
  return { folder, file };
}

describe('a list of revoked certificates', () => {
  it('A220: names the revoked card and lets the others be', async () => {
    const lists = await open({ files: [pki.lists] });
    expect(await told(lists, 'doctor')).toBe('good');
    expect(await told(lists, 'doctor-revoked')).toBe('revoked');
    expect(lists.known().length).toBeGreaterThanOrEqual(2);
  });

  it('A220: closes when a list is missing, the root’s included', async () => {
    const { folder, file } = listsIn();
    rmSync(file('root-persons'));
    expect(await told(await open({ files: [folder] }), 'doctor')).toBe('unknown: no list of an authority');
    expect(await told(await open({ files: [join(folder, 'nowhere')] }), 'doctor')).toBe(
      'unknown: no list of an authority',
    );
    expect(lines).toContainEqual(expect.objectContaining({ flaw: 'not-brought', detail: 'ENOENT' }));
    rmSync(folder, { recursive: true });
  });

  it('A220: closes when a list is too old, and not before its grace is over', async () => {
    const strict = await open({ files: [pki.lists] });
    expect(await told(strict, 'doctor', later(6))).toBe('good');
    expect(await told(strict, 'doctor', later(8))).toBe('unknown: a list is too old');
    const patient = await open({ files: [pki.lists], grace: secondsOf(2 * 86_400) });
    expect(await told(patient, 'doctor', later(8))).toBe('good');
    expect(await told(patient, 'doctor', later(10))).toBe('unknown: a list is too old');
  });

  it('A220: closes when a list is of the future', async () => {
    expect(await told(await open({ files: [pki.lists] }), 'doctor', later(-2))).toBe(
      'unknown: a list of the future',
    );
  });

  it('is not believed when one bit of it was changed', async () => {
    const { folder, file } = listsIn();
    const der = readFileSync(pki.authority('persons').crlDer);
    const spoiled = Buffer.from(der);
    const revoked = Buffer.from((await chainOf('doctor-revoked')).leaf.serial, 'hex');
    const place = spoiled.indexOf(revoked);
    expect(place).toBeGreaterThan(0);
    spoiled[place] = (spoiled[place] ?? 0) ^ 1;
    writeFileSync(file('persons'), spoiled);
    expect(await told(await open({ files: [folder] }), 'doctor-revoked')).toBe(
      'unknown: no list of an authority',
    );
    expect(lines).toContainEqual(expect.objectContaining({ flaw: 'bad-signature' }));
    // Without the signature's check the revoked card would be free: it is no longer on the list.
    const parsed = pkijs.CertificateRevocationList.fromBER(Uint8Array.from(spoiled));
    const serials = (parsed.revokedCertificates ?? []).map(({ userCertificate }) =>
      Buffer.from(userCertificate.valueBlock.valueHexView).toString('hex'),
    );
    expect(serials.some((serial) => serial.endsWith(revoked.toString('hex')))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('is not believed from an authority that only has the right name', async () => {
    const foreign = readFileSync(pki.authority('other-persons').crl);
    expect(await readList(foreign, [...trust.anchors, ...trust.intermediates])).toBe('bad-signature');
  });

  it('A220: does not take the place of a newer one, so that an old one sent again frees no card', async () => {
    const before = readFileSync(join(pki.lists, 'persons.crl.pem'));
    const { folder, file } = listsIn();
    const lists = await open({ files: [folder] });
    expect(await told(lists, 'pharmacist')).toBe('good');
    await pki.revoke(pki.leaf('pharmacist'));
    await pki.publish('persons', { from: 0, to: 7 });
    copyFileSync(pki.authority('persons').crl, file('persons'));
    expect(await lists.refresh()).toBe(true);
    expect(await told(lists, 'pharmacist')).toBe('revoked');
    writeFileSync(file('persons'), before);
    expect(await lists.refresh()).toBe(false);
    expect(lines).toContainEqual(expect.objectContaining({ flaw: 'older-than-known' }));
    expect(await told(lists, 'pharmacist')).toBe('revoked');
    // Somebody who begins with the old one knows no better: that is what the end of a list is for.
    expect(await told(await open({ files: [folder] }), 'pharmacist')).toBe('good');
    rmSync(folder, { recursive: true });
  });

  it('of twenty thousand cards is read, and names the last of them', async () => {
    const own = await openPki();
    const serial = (n: number): string => (0xabcdef000000 + n).toString(16).toUpperCase().padStart(32, 'A');
    const line = (n: number): string =>
      `R\t300101000000Z\t260101000000Z,keyCompromise\t${serial(n)}\tunknown\t/CN=x${n}\n`;
    appendFileSync(
      own.authority('persons').index,
      Array.from({ length: 20_000 }, (_, n) => line(n)).join(''),
    );
    await own.publish('persons');
    const authorities = readTrust({
      anchors: own.anchors,
      intermediates: own.intermediates,
      issuers: undefined,
    });
    const list = await readList(readFileSync(own.authority('persons').crlDer), [
      ...authorities.anchors,
      ...authorities.intermediates,
    ]);
    if (typeof list === 'string') throw new Error(list);
    expect(list.revoked.size).toBeGreaterThanOrEqual(20_000);
    expect(list.revoked.has(serial(19_999).toLowerCase())).toBe(true);
    own.close();
  }, 60_000);

  it('is refused without an end, and when it is no list at all', async () => {
    const authorities = [...trust.anchors, ...trust.intermediates];
    expect(await readList(Buffer.from('hello'), authorities)).toBe('unreadable');
    expect(await readList(Buffer.alloc(0), authorities)).toBe('unreadable');
    expect(await readList(Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), authorities)).toBe('unreadable');
  });
});

describe('a list from its publisher', () => {
  let publisher: Server;
  let answers: Map<string, Buffer | 'hang'>;
  let address: (name: string) => URL;
  beforeAll(async () => {
    answers = new Map();
    publisher = createServer((incoming, response) => {
      const found = answers.get(incoming.url ?? '');
      if (found !== 'hang') response.writeHead(found === undefined ? 404 : 200).end(found);
    });
    await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
    address = (name) => new URL(`http://127.0.0.1:${(publisher.address() as AddressInfo).port}/${name}`);
  });
  afterAll(() => {
    publisher.closeAllConnections();
    publisher.close();
  });
  const both = (): readonly URL[] => [address('persons'), address('root-persons')];

  it('is brought in the background and kept for a start without the publisher', async () => {
    const keepIn = mkdtempSync(join(tmpdir(), 'palier-kept-'));
    for (const name of ['persons', 'root-persons'] as const)
      answers.set(`/${name}`, readFileSync(pki.authority(name).crlDer));
    expect(await told(await open({ urls: both(), keepIn }), 'doctor')).toBe('good');
    answers.clear();
    expect(await told(await open({ urls: both(), keepIn }), 'doctor')).toBe('good');
    expect(lines).toContainEqual(expect.objectContaining({ flaw: 'not-brought', detail: 'status 404' }));
    expect(await told(await open({ urls: both() }), 'doctor')).toBe('unknown: no list of an authority');
    rmSync(keepIn, { recursive: true });
  });

  it('A220: that is not brought in time closes, and waits no longer than it may', async () => {
    answers.set('/persons', 'hang');
    const from = performance.now();
    expect(await told(await open({ urls: both() }), 'doctor')).toBe('unknown: no list of an authority');
    expect(performance.now() - from).toBeLessThan(3_000);
  });
});

describe('a responder', () => {
  it('A220: says good of a good card and revoked of a revoked one, the intermediate asked too', async () => {
    const online = await open({ ocsp: asking('require') });
    const before = ocsp.asked();
    expect(await told(online, 'doctor')).toBe('good');
    expect(ocsp.asked() - before).toBe(2);
    expect(await told(online, 'doctor-revoked')).toBe('revoked');
  });

  it('is asked once while its answer lasts', async () => {
    const online = await open({ ocsp: asking('require') });
    await told(online, 'doctor');
    const before = ocsp.asked();
    expect(await told(online, 'doctor')).toBe('good');
    expect(ocsp.asked()).toBe(before);
    expect(await told(online, 'doctor', instantOf(now + 3_700_000))).toBe('good');
    expect(ocsp.asked()).toBe(before + 2);
  });

  it('A220: is not believed when one bit of its answer was changed', async () => {
    for (let part = 1; part < 12; part += 1) {
      ocsp.behave({
        words: ['-resp_no_certs'],
        tamper: (answer) => {
          const spoiled = Buffer.from(answer);
          const place = Math.floor((spoiled.length * part) / 12);
          spoiled[place] = (spoiled[place] ?? 0) ^ 1;
          return spoiled;
        },
      });
      expect(await told(await open({ ocsp: asking('require') }), 'doctor'), `${part}/12`).toMatch(
        /^unknown: responder/,
      );
    }
  });

  it('A220: frees no card by an answer made good after it was signed', async () => {
    // [1] revoked with a time and a reason becomes [0] good of the same length would not parse; the library's own parser
    // takes a changed serial number, which is enough for it to speak of another card.
    const revoked = (await chainOf('doctor-revoked')).leaf.serial;
    const good = (await chainOf('doctor')).leaf.serial;
    expect(revoked.length).toBe(good.length);
    ocsp.behave({
      tamper: (answer) => {
        const spoiled = Buffer.from(answer);
        const place = spoiled.indexOf(Buffer.from(good, 'hex'));
        if (place !== -1) Buffer.from(revoked, 'hex').copy(spoiled, place);
        return spoiled;
      },
    });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toMatch(/^unknown: responder/);
  });

  it('is believed when the issuer appointed it, and not when another certificate of the issuer signs', async () => {
    ocsp.behave({ signer: pki.leaf('ocsp-responder') });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe('good');
    ocsp.behave({ signer: pki.leaf('doctor-next') });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe(
      'unknown: responder: not signed by the issuer or somebody it appointed',
    );
  });

  it('that was appointed must be known not to be revoked itself, unless its issuer waived that', async () => {
    const name = '/C=FR/O=AGENCE-ESSAI/CN=Repondeur DEUX';
    const other = await pki.issue({
      issuer: 'persons',
      name,
      extendedKeyUsage: 'OCSPSigning',
      key: 'organisation',
    });
    ocsp.behave({ signer: other });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe(
      'unknown: responder: nobody says that the responder was not revoked',
    );
    expect(await told(await open({ files: [pki.lists], ocsp: asking('require') }), 'doctor')).toBe('good');
  });

  it('A220: is not believed for an answer to an earlier question', async () => {
    let kept: Buffer | undefined;
    ocsp.behave({
      tamper: (answer) => {
        kept ??= answer;
        return answer;
      },
    });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe('good');
    if (kept === undefined) throw new Error('nothing was asked');
    ocsp.behave({ replay: kept });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe(
      'unknown: responder: an answer to another question',
    );
  });

  it('A220: is not believed for an old answer', async () => {
    const online = await open({
      ocsp: { ...asking('require'), maxAge: secondsOf(30 * 86_400) } as RevocationSetting['ocsp'],
    });
    expect(await told(online, 'doctor', later(1))).toBe('good');
    expect(await told(online, 'doctor', later(3))).toBe('unknown: responder: an old answer');
  });

  it('A220: that does not answer, or with an error, or not in time, closes', async () => {
    ocsp.behave({ status: 500 });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe(
      'unknown: responder: status 500',
    );
    ocsp.behave({ silent: true });
    expect(await told(await open({ ocsp: asking('require', 1) }), 'doctor')).toBe(
      'unknown: responder: no answer in time',
    );
    ocsp.behave({ replay: Buffer.from('hello') });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe(
      'unknown: responder: unreadable',
    );
    const nobody = { ...asking('require'), url: new URL('http://127.0.0.1:9/') } as RevocationSetting['ocsp'];
    expect(await told(await open({ ocsp: nobody }), 'doctor')).toBe('unknown: responder: not reached');
  });

  it('A220: that knows no such certificate closes', async () => {
    const index = join(pki.folder, 'nobody.txt');
    writeFileSync(index, '');
    ocsp.behave({ index });
    expect(await told(await open({ ocsp: asking('require') }), 'doctor')).toBe(
      'unknown: responder: knows no such certificate',
    );
  });

  it('that is down leaves the word to the lists where the operator said so, and only there', async () => {
    ocsp.behave({ status: 500 });
    expect(await told(await open({ files: [pki.lists], ocsp: asking('prefer') }), 'doctor')).toBe('good');
    expect(await told(await open({ files: [pki.lists], ocsp: asking('prefer') }), 'doctor-revoked')).toBe(
      'revoked',
    );
    expect(await told(await open({ files: [pki.lists], ocsp: asking('require') }), 'doctor')).toBe(
      'unknown: responder: status 500',
    );
  });

  it('A220: cannot free a card that a list names', async () => {
    const impossible = await open({ files: [pki.lists], ocsp: asking('prefer') });
    expect(await told(impossible, 'doctor-revoked')).toBe('revoked');
  });
});

// The handshake: a card must sign in every one. Beside each refusal stands a listener without the setting that makes it,
// where the attack succeeds.
import { constants, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meet } from '../../packages/gateway/src/card/desk.ts';
import type { HandOver } from '../../packages/gateway/src/card/hand-over.ts';
import { cardContext } from '../../packages/gateway/src/card/listener.ts';
import { readTrust } from '../../packages/gateway/src/card/trust.ts';
import { createRunningClock } from '../support/moving-clock.ts';
import { doctorId, type Leaf } from '../support/pki.ts';
import { type CardSite, startCardSite } from './card-site.ts';

let site: CardSite;
let card: Leaf;
beforeAll(async () => {
  site = await startCardSite();
  card = await site.cardOf('medecin-01');
});
afterAll(() => site.close());

type Version = 'TLSv1.2' | 'TLSv1.3';

interface Seen {
  readonly text: string;
  readonly reused: boolean;
  readonly session: Buffer | undefined;
}

/** One GET over one connection, with or without a card and an earlier session. */
function ask(port: number, version: Version, leaf: Leaf | undefined, session?: Buffer): Promise<Seen> {
  const shown = leaf === undefined ? {} : { cert: readFileSync(leaf.chain), key: readFileSync(leaf.key) };
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      ca: readFileSync(site.pki.anchors),
      minVersion: version,
      maxVersion: version,
      ...shown,
      ...(session !== undefined && { session }),
    });
    let text = '';
    let kept: Buffer | undefined;
    let reused = false;
    socket.on('secureConnect', () => (reused = socket.isSessionReused()));
    socket.on('session', (given: Buffer) => (kept = given));
    socket.on('data', (part: Buffer) => (text += part.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve({ text, reused, session: kept }));
    socket.write(`GET /.palier/card?ask=x HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
  });
}

/** A listener with the same context but for what is taken away; tells what it knows of the client. */
async function without(taken: ServerOptions): Promise<{ readonly port: number; readonly server: Server }> {
  const setting = {
    ca: site.pki.anchors,
    intermediates: site.pki.intermediates,
    tls: { cert: site.pki.leaf('server').chain, key: site.pki.leaf('server').key },
  } as Parameters<typeof cardContext>[0];
  const server = createServer({ ...cardContext(setting, undefined), ...taken }, (incoming, response) => {
    const socket = incoming.socket as TLSSocket;
    const name = socket.getPeerCertificate().subject?.CN ?? 'nobody';
    response.end(`authorized=${socket.authorized} name=${name}`);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
  it('takes up no earlier session, by ticket or by number (A217)', async () => {
    const first = await ask(site.cardPort, version, card);
    const again = await ask(site.cardPort, version, undefined, first.session);
    expect(again.reused).toBe(false);
  });

  it('would let a thief go on with the session of a card, were tickets given (A217)', async () => {
    const { port, server } = await without({ secureOptions: 0 });
    try {
      const first = await ask(port, version, card);
      expect(first.text).toContain('authorized=true');
      // No certificate this time: the card is back in its owner's pocket.
      const again = await ask(port, version, undefined, first.session);
      expect(again.reused).toBe(true);
      expect(again.text).toContain('authorized=true name=8997');
    } finally {
      server.close();
    }
  });
});

describe('renegotiation (A217)', () => {
  /** Resolves with what became of a renegotiation that the client asked for. */
  const renegotiated = (port: number): Promise<'done' | 'refused'> =>
    new Promise((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        ca: readFileSync(site.pki.anchors),
        maxVersion: 'TLSv1.2',
        cert: readFileSync(card.chain),
        key: readFileSync(card.key),
      });
      const refused = (): void => resolve('refused');
      socket.on('error', refused);
      socket.on('close', refused);
      socket.on('secureConnect', () =>
        socket.renegotiate({}, (error) => {
          resolve(error === null ? 'done' : 'refused');
          socket.destroy();
        }),
      );
    });

  it('is refused, and would be done without the setting', async () => {
    expect(await renegotiated(site.cardPort)).toBe('refused');
    const { port, server } = await without({ secureOptions: constants.SSL_OP_NO_TICKET });
    try {
      expect(await renegotiated(port)).toBe('done');
    } finally {
      server.close();
    }
  });
});

describe('old TLS', () => {
  it('is not spoken', async () => {
    const old = new Promise((resolve, reject) => {
      const socket = connect({
        host: '127.0.0.1',
        port: site.cardPort,
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
        rejectUnauthorized: false,
      });
      socket.on('secureConnect', resolve);
      socket.on('error', reject);
    });
    await expect(old).rejects.toThrow();
  });
});

describe('a certificate that the platform did not verify, or that no handshake of now showed', () => {
  it('is refused, and would count if it were (A217)', async () => {
    const leaf = site.pki.leaf('doctor');
    const { anchors, intermediates } = site.pki;
    const asking = { asked: { person: doctorId, way: 'step-up', resume: '' } };
    const handOver = {
      look: async () => asking,
      refuse: async () => undefined,
      answer: async () => 'chl_x',
    } as unknown as HandOver;
    const parts: Parameters<typeof meet>[0] = {
      handOver,
      rules: {
        trust: readTrust({ anchors, intermediates, issuers: undefined }),
        use: {
          extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
          policies: [],
          signatures: ['rsa-sha256'],
          rsaBits: 2048,
          ecBits: 256,
        },
        holder: { account: 'ps-id-nat', shared: [], issuersAreOfPersons: false },
        revocation: { check: async () => ({ status: 'good' }) },
      },
      clock: createRunningClock(),
      log: () => undefined,
      opened: () => undefined,
    };
    const certificate = new Uint8Array(new X509Certificate(readFileSync(leaf.certificate)).raw);
    const met = (authorized: boolean, resumed: boolean): ReturnType<typeof meet> =>
      meet(parts, 'x', { certificate, authorized, resumed });
    const refused = { kind: 'problem', problem: 'not-accepted' };
    expect(await met(true, true)).toMatchObject(refused);
    expect(await met(false, false)).toMatchObject(refused);
    expect(await met(true, false)).toMatchObject({ kind: 'shown', name: 'chl_x' });
  });
});

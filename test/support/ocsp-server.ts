// A responder on the loopback whose answers `openssl ocsp` makes from the authorities' own indexes.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AuthorityName, Leaf, Pki } from './pki.ts';

const run = promisify(execFile);

export interface OcspServer {
  readonly url: URL;
  /** Questions that came so far. */
  readonly asked: () => number;
  /** Changes what goes out. */
  behave(how: OcspBehaviour): void;
  close(): Promise<void>;
}

export interface OcspBehaviour {
  /** Signs instead of the issuing authority, where it is the intermediate of the persons. */
  readonly signer?: Leaf;
  /** Another index of the persons' authority: with an empty one it knows nobody. */
  readonly index?: string;
  readonly tamper?: (answer: Buffer) => Buffer;
  /** Further words for openssl: `-no_certs`, `-resp_no_certs`... */
  readonly words?: readonly string[];
  readonly status?: number;
  /** Sends this again, whatever is asked. */
  readonly replay?: Buffer;
  readonly silent?: boolean;
}

export async function startOcsp(pki: Pki, known: readonly AuthorityName[]): Promise<OcspServer> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-ocsp-'));
  let how: OcspBehaviour = {};
  let asked = 0;
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      asked += 1;
      if (how.silent === true) return;
      const { replay, tamper = (answer) => answer, status = 200 } = how;
      void (
        replay === undefined
          ? answer(folder, pki, known, Buffer.concat(pieces), how)
          : Promise.resolve(replay)
      ).then(
        (bytes) => response.writeHead(status).end(tamper(bytes)),
        () => response.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    asked: () => asked,
    behave: (next) => {
      how = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The answer of the first authority that knows the certificate; the last one's word when none does. */
async function answer(
  folder: string,
  pki: Pki,
  known: readonly AuthorityName[],
  question: Buffer,
  { signer, index: own, words = [] }: OcspBehaviour,
): Promise<Buffer> {
  const [asks, answers] = [join(folder, `${Math.random()}.req`), join(folder, `${Math.random()}.resp`)];
  writeFileSync(asks, question);
  for (const name of known) {
    const { certificate, key, index } = pki.authority(name);
    const by = (name === 'persons' ? signer : undefined) ?? { certificate, key };
    const who = ['-index', own ?? index, '-CA', certificate, '-rsigner', by.certificate, '-rkey', by.key];
    const { stdout } = await run('openssl', [
      'ocsp',
      ...who,
      '-reqin',
      asks,
      '-respout',
      answers,
      '-ndays',
      '2',
      '-text',
      ...words,
    ]);
    if (own !== undefined || !stdout.includes('Cert Status: unknown')) break;
  }
  return readFileSync(answers);
}

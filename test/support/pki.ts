// A PKI for tests, shaped like the one French health cards come from and sharing none of its names: root, intermediate,
// end certificates, lists. Made by openssl once and kept below node_modules/.cache for the day; every test gets a copy
// of its own in which it may revoke and issue what it likes.
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AuthorityName, authorities } from './pki/authorities.ts';
import { type KeyName, type LeafName, type LeafSpec, leaves } from './pki/leaves.ts';
import { issueLeaf, makeAuthority, makeKey, openssl, publishList, revoke } from './pki/openssl.ts';

export { type AuthorityName, policyOids } from './pki/authorities.ts';
export {
  doctorId,
  type LeafName,
  type LeafSpec,
  masseurId,
  namedStaffId,
  pharmacistId,
  pseudonymousStaffId,
} from './pki/leaves.ts';

/** Files of one end certificate. */
export interface Leaf {
  readonly issuer: AuthorityName;
  readonly certificate: string;
  readonly key: string;
  /** The certificate and the intermediates above it, as a server or a card shows them; no root. */
  readonly chain: string;
}

export interface AuthorityFiles {
  readonly certificate: string;
  readonly key: string;
  /** The list as last published, PEM and DER. */
  readonly crl: string;
  readonly crlDer: string;
  /** The index `openssl ocsp -index` reads. */
  readonly index: string;
}

export interface Pki {
  readonly folder: string;
  /** PEM files with the trusted roots, and with the intermediates below them, of all three ranges. */
  readonly anchors: string;
  readonly intermediates: string;
  /** A folder with one list for each trusted authority, as published at first; kept up by `publish`. */
  readonly lists: string;
  leaf(name: LeafName): Leaf;
  authority(name: AuthorityName): AuthorityFiles;
  /** Issues one certificate more. */
  issue(spec: LeafSpec): Promise<Leaf>;
  revoke(leaf: Leaf, reason?: string): Promise<void>;
  /** Writes the authority's list anew, good from and to these days from now. */
  publish(authority: AuthorityName, days?: { readonly from: number; readonly to: number }): Promise<void>;
  /** A PKCS #12 file with key and chain, for browsers. */
  pkcs12(leaf: Leaf, password: string): Promise<string>;
  close(): void;
}

const trusted = ['persons', 'staff', 'organisations'] as const;
const keyNames: readonly KeyName[] = ['card', 'card-two', 'server', 'organisation', 'elliptic', 'weak'];

/** Gives a copy of the PKI; the first caller of the day waits some seconds for it to be made. */
export async function openPki(): Promise<Pki> {
  const kept = await keptPki();
  const folder = mkdtempSync(join(tmpdir(), 'palier-pki-'));
  cpSync(kept, folder, { recursive: true });
  return pkiIn(folder);
}

function pkiIn(folder: string): Pki {
  const leafOf = (file: string, spec: LeafSpec): Leaf => ({
    issuer: spec.issuer,
    certificate: join(folder, 'leaves', `${file}.pem`),
    key: join(folder, 'keys', `${spec.key ?? 'card'}.key.pem`),
    chain: join(folder, 'leaves', `${file}.chain.pem`),
  });
  return {
    folder,
    anchors: join(folder, 'anchors.pem'),
    intermediates: join(folder, 'intermediates.pem'),
    lists: join(folder, 'lists'),
    leaf: (name) => leafOf(name, leaves[name]),
    authority: (name) => filesOf(folder, name),
    issue: async (spec) => {
      const file = `more-${randomBytes(6).toString('hex')}`;
      await makeLeaf(folder, file, spec);
      return leafOf(file, spec);
    },
    revoke: (leaf, reason = 'keyCompromise') => revoke(folder, leaf.issuer, leaf.certificate, reason),
    publish: async (authority, days) => {
      await publishList(folder, authority, days);
      cpSync(filesOf(folder, authority).crl, join(folder, 'lists', `${authority}.crl.pem`));
    },
    pkcs12: async ({ key, chain }, password) => {
      const out = join(folder, `${randomBytes(6).toString('hex')}.p12`);
      const what = ['-in', chain, '-inkey', key, '-name', 'carte', '-passout', `pass:${password}`];
      await openssl(folder, 'pkcs12', '-export', ...what, '-out', out);
      return out;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function filesOf(folder: string, name: AuthorityName): AuthorityFiles {
  const own = join(folder, name);
  return {
    certificate: join(own, 'ca.pem'),
    key: join(own, 'key.pem'),
    crl: join(own, 'crl.pem'),
    crlDer: join(own, 'crl.der'),
    index: join(own, 'index.txt'),
  };
}

/** Where the day's PKI is kept: changed sources or another day make another one. */
async function keptPki(): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  const sources = ['pki.ts', ...readdirSync(join(here, 'pki')).map((name) => join('pki', name))].sort();
  const hash = createHash('sha256').update(new Date().toISOString().slice(0, 10));
  for (const source of sources) hash.update(readFileSync(join(here, source)));
  const cache = join(here, '../../node_modules/.cache/palier-pki');
  const place = join(cache, hash.digest('hex').slice(0, 16));
  if (existsSync(place)) return place;
  const stale = existsSync(cache) ? readdirSync(cache).filter((name) => !name.startsWith('making-')) : [];
  await mkdir(cache, { recursive: true });
  const making = mkdtempSync(join(cache, 'making-'));
  await makePki(making);
  // Two test files at once make two; the second rename finds the first in place and its own goes away.
  await rename(making, place).catch(() => rmSync(making, { recursive: true, force: true }));
  for (const name of stale) rmSync(join(cache, name), { recursive: true, force: true });
  return place;
}

async function makePki(folder: string): Promise<void> {
  await mkdir(join(folder, 'keys'));
  await mkdir(join(folder, 'leaves'));
  await mkdir(join(folder, 'lists'));
  await Promise.all(keyNames.map((name) => makeKey(join(folder, 'keys'), name, name)));
  for (const [name, spec] of Object.entries(authorities))
    await makeAuthority(folder, name as AuthorityName, spec);
  for (const [name, spec] of Object.entries<LeafSpec>(leaves)) await makeLeaf(folder, name, spec);
  const revoked: LeafName = 'doctor-revoked';
  await revoke(folder, leaves[revoked].issuer, join(folder, 'leaves', `${revoked}.pem`), 'keyCompromise');
  for (const name of Object.keys(authorities) as AuthorityName[]) await publishList(folder, name);
  const roots = trusted.map((name) => filesOf(folder, `root-${name}`).certificate);
  const between = trusted.map((name) => filesOf(folder, name).certificate);
  writeFileSync(join(folder, 'anchors.pem'), joined(roots));
  writeFileSync(join(folder, 'intermediates.pem'), joined(between));
  for (const name of trusted.flatMap((one) => [one, `root-${one}`] as const))
    cpSync(filesOf(folder, name).crl, join(folder, 'lists', `${name}.crl.pem`));
}

async function makeLeaf(folder: string, file: string, spec: LeafSpec): Promise<void> {
  await issueLeaf(folder, file, spec);
  const above: string[] = [];
  for (let name = spec.issuer; ; ) {
    const { issuer } = authorities[name];
    if (issuer === undefined) break;
    above.push(filesOf(folder, name).certificate);
    name = issuer;
  }
  const own = join(folder, 'leaves', `${file}.pem`);
  writeFileSync(join(folder, 'leaves', `${file}.chain.pem`), joined([own, ...above]));
}

function joined(files: readonly string[]): string {
  return files.map((file) => readFileSync(file, 'utf8')).join('');
}

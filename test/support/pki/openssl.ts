// openssl as an authority: one folder each, with its index, so that lists and `openssl ocsp` read the same truth. All
// paths inside are relative: a folder that is copied goes on working.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AuthorityName, type AuthoritySpec, distinguishedName } from './authorities.ts';
import type { KeyName, LeafSpec } from './leaves.ts';

const run = promisify(execFile);

/** Runs openssl in a folder; what it complains of is in the error. */
export async function openssl(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('openssl', args, { cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  return stdout;
}

/** `20260131120000Z`, days from now. */
export function stamp(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
}

const authorityConfig = `[ca]
default_ca = this
[this]
database = index.txt
certificate = ca.pem
private_key = key.pem
new_certs_dir = issued
crlnumber = crlnumber
serial = serial
default_md = sha256
default_days = 365
default_crl_days = 7
policy = any
preserve = yes
unique_subject = no
copy_extensions = none
crl_extensions = list
[any]
commonName = optional
[list]
authorityKeyIdentifier = keyid:always
[req]
distinguished_name = empty
string_mask = utf8only
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
certificatePolicies = 2.5.29.32.0
`;

/** Makes a key, and a request that proves it; the name comes later, from who issues. */
export async function makeKey(folder: string, name: string, kind: KeyName | 'authority'): Promise<void> {
  const how =
    kind === 'elliptic'
      ? ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
      : ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${kind === 'weak' ? 1024 : 2048}`];
  await openssl(folder, 'genpkey', ...how, '-out', `${name}.key.pem`);
  await openssl(folder, 'req', '-new', '-key', `${name}.key.pem`, '-subj', '/CN=x', '-out', `${name}.csr`);
}

/** Makes an authority's folder and its certificate, signed by itself or by the one in `../<issuer>`. */
export async function makeAuthority(folder: string, name: AuthorityName, spec: AuthoritySpec): Promise<void> {
  const own = join(folder, name);
  await mkdir(join(own, 'issued'), { recursive: true });
  await writeFile(join(own, 'ca.cnf'), authorityConfig);
  await writeFile(join(own, 'index.txt'), '');
  await writeFile(join(own, 'index.txt.attr'), 'unique_subject = no\n');
  await writeFile(join(own, 'crlnumber'), '1000\n');
  // Always 20 bytes and no sign: tests put one serial number in the place of another.
  await writeFile(join(own, 'serial'), `40${randomBytes(18).toString('hex')}00\n`);
  await makeKey(own, 'own', 'authority');
  await openssl(own, 'pkey', '-in', 'own.key.pem', '-out', 'key.pem');
  const dn = ['-subj', distinguishedName(spec), '-utf8'];
  if (spec.issuer === undefined) {
    const dates = ['-startdate', stamp(spec.days.from), '-enddate', stamp(spec.days.to)];
    const how = ['-selfsign', '-extensions', 'root', '-batch', '-notext', '-config', 'ca.cnf', '-preserveDN'];
    await openssl(own, 'ca', '-in', 'own.csr', ...dn, ...dates, ...how, '-out', 'ca.pem');
    return;
  }
  const extensions = [
    `basicConstraints = critical,CA:TRUE${spec.pathlen === undefined ? '' : `,pathlen:${spec.pathlen}`}`,
    'keyUsage = critical,keyCertSign,cRLSign',
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
    'certificatePolicies = 2.5.29.32.0',
    ...whereToAsk(spec.issuer, {}),
  ];
  await issue(folder, spec.issuer, {
    request: join('..', name, 'own.csr'),
    out: join('..', name, 'ca.pem'),
    name: distinguishedName(spec),
    days: spec.days,
    extensions,
  });
}

interface Issuing {
  readonly request: string;
  readonly out: string;
  readonly name: string;
  readonly days: { readonly from: number; readonly to: number };
  readonly extensions: readonly string[];
  readonly hash?: string | undefined;
}

/** Lets an authority issue; one at a time for each authority, its index is a file. */
async function issue(folder: string, issuer: AuthorityName, wanted: Issuing): Promise<void> {
  const own = join(folder, issuer);
  const sheet = `${wanted.out}.ext`;
  await writeFile(join(own, sheet), `${wanted.extensions.join('\n')}\n`);
  const dates = ['-startdate', stamp(wanted.days.from), '-enddate', stamp(wanted.days.to)];
  const who = ['-subj', wanted.name, '-utf8', '-multivalue-rdn', '-preserveDN'];
  const how = ['-md', wanted.hash ?? 'sha256', '-extfile', sheet, '-batch', '-notext', '-config', 'ca.cnf'];
  await openssl(own, 'ca', '-in', wanted.request, '-out', wanted.out, ...who, ...dates, ...how);
}

/** Issues an end certificate into `../leaves/<file>.pem`. */
export function issueLeaf(folder: string, file: string, spec: LeafSpec): Promise<void> {
  const usage = spec.extendedKeyUsage ?? 'clientAuth';
  const extensions = [
    'basicConstraints = CA:FALSE',
    `keyUsage = ${spec.keyUsage ?? 'critical,digitalSignature'}`,
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
    ...whereToAsk(spec.issuer, spec),
    ...(usage === '' ? [] : [`extendedKeyUsage = ${usage}`]),
    ...(spec.policy === undefined ? [] : [`certificatePolicies = ${spec.policy}`]),
    ...(spec.alternativeName === undefined ? [] : [`subjectAltName = ${spec.alternativeName}`]),
    ...(spec.extension === undefined ? [] : [spec.extension]),
  ];
  return issue(folder, spec.issuer, {
    request: spec.request ?? join('..', 'keys', `${spec.key ?? 'card'}.csr`),
    out: join('..', 'leaves', `${file}.pem`),
    name: spec.name,
    days: spec.days ?? { from: -30, to: 365 },
    extensions,
    hash: spec.hash,
  });
}

function whereToAsk(issuer: AuthorityName, given: Pick<LeafSpec, 'ocsp' | 'crl'>): readonly string[] {
  return [
    `authorityInfoAccess = OCSP;URI:${given.ocsp ?? 'http://ocsp.essai.test'}`,
    `crlDistributionPoints = URI:${given.crl ?? `http://crl.essai.test/${issuer}.crl`}`,
  ];
}

/** Writes the authority's current list, `crl.pem` and `crl.der`; `days` are from now. */
export async function publishList(
  folder: string,
  authority: AuthorityName,
  days: { readonly from: number; readonly to: number } = { from: -0.01, to: 7 },
): Promise<void> {
  const own = join(folder, authority);
  const dates = ['-crl_lastupdate', stamp(days.from), '-crl_nextupdate', stamp(days.to)];
  await openssl(own, 'ca', '-gencrl', '-config', 'ca.cnf', ...dates, '-out', 'crl.pem');
  await openssl(own, 'crl', '-in', 'crl.pem', '-outform', 'DER', '-out', 'crl.der');
}

/** Marks a certificate revoked in its authority's index; lists tell it once published. */
export async function revoke(
  folder: string,
  authority: AuthorityName,
  certificate: string,
  reason: string,
): Promise<void> {
  const why = ['-crl_reason', reason, '-config', 'ca.cnf'];
  await openssl(join(folder, authority), 'ca', '-revoke', certificate, ...why);
}

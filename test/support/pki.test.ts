// That the test PKI is what the tests of cards take it for, judged by openssl.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openssl } from './pki/openssl.ts';
import { type LeafName, openPki, type Pki } from './pki.ts';

let pki: Pki;
beforeAll(async () => {
  pki = await openPki();
});
afterAll(() => pki.close());

/** What openssl says of a chain, with every list of the trusted authorities. */
async function judged(name: LeafName, ...more: readonly string[]): Promise<string> {
  const lists = (
    ['persons', 'root-persons', 'staff', 'root-staff', 'organisations', 'root-organisations'] as const
  ).flatMap((one) => ['-CRLfile', pki.authority(one).crl]);
  const leaf = pki.leaf(name);
  const trust = ['-CAfile', pki.anchors, '-untrusted', leaf.chain, '-purpose', 'sslclient'];
  return openssl(pki.folder, 'verify', ...trust, ...lists, ...more, leaf.certificate).catch(
    (error: Error) => /error \d+ at \d+ depth lookup: (.*)/.exec(error.message)?.[1] ?? error.message,
  );
}

describe('the test PKI', () => {
  it('has a doctor whose chain openssl accepts, with all lists read', async () => {
    expect(await judged('doctor', '-crl_check_all')).toContain('OK');
    expect(await judged('staff-pseudonymous', '-crl_check_all')).toContain('OK');
    expect(await judged('organisation', '-crl_check_all')).toContain('OK');
  });

  it('has one of each fault, and openssl names it', async () => {
    expect(await judged('doctor-revoked', '-crl_check_all')).toBe('certificate revoked');
    expect(await judged('expired')).toBe('certificate has expired');
    expect(await judged('not-yet-valid')).toBe('certificate is not yet valid');
    expect(await judged('other-root')).toMatch(/signature failure|local issuer/);
    expect(await judged('issuer-expired')).toBe('certificate has expired');
    expect(await judged('beyond-pathlen')).toBe('path length constraint exceeded');
    expect(await judged('wrong-extended-usage')).toMatch(/unsupported|unsuitable/);
    expect(await judged('unknown-critical')).toBe('unhandled critical extension');
  });

  it('has several attributes in one RDN, a slash in a CN, and two OU above', async () => {
    const text = (name: LeafName) =>
      openssl(
        pki.folder,
        'x509',
        '-in',
        pki.leaf(name).certificate,
        '-noout',
        '-subject',
        '-issuer',
        '-nameopt',
        'RFC2253,-esc_msb,utf8',
      );
    expect(await text('doctor')).toMatch(
      /subject=(?=.*CN=8997\d{8})(?=.*SN=MEDECINESSAI).*\+.*\+.*,title=Médecin,C=FR/,
    );
    expect(await text('staff-named')).toContain('CN=500000000029751/CPAT0001');
    expect(await text('doctor')).toContain('OU=IGC-ESSAI,OU=0002 000000000');
  });

  it('revokes and issues in a copy of its own', async () => {
    const other = await openPki();
    try {
      await other.revoke(other.leaf('doctor'));
      await other.publish('persons');
      const count = (path: string): number =>
        readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('R')).length;
      expect(count(other.authority('persons').index)).toBe(2);
      expect(count(pki.authority('persons').index)).toBe(1);
    } finally {
      other.close();
    }
  });
});

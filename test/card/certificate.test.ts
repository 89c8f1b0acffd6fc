// What is read from a certificate: from the bytes, whatever the printed forms make of it.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CardCertificate, readCertificate } from '../../packages/gateway/src/card/certificate.ts';
import { attributeOids, onlyValue } from '../../packages/gateway/src/card/distinguished-name.ts';
import { doctorId, type LeafName, namedStaffId, openPki, type Pki, policyOids } from '../support/pki.ts';

let pki: Pki;
beforeAll(async () => {
  pki = await openPki();
});
afterAll(() => pki.close());

const derOf = (name: LeafName): Uint8Array =>
  new Uint8Array(new X509Certificate(readFileSync(pki.leaf(name).certificate)).raw);

function certificate(name: LeafName): CardCertificate {
  const read = readCertificate(derOf(name));
  if (read === undefined) throw new Error(`${name} cannot be read`);
  return read;
}

describe('reading a certificate', () => {
  it('finds the national identifier and the surname among three attributes of one set, in whatever order', () => {
    const { holder } = certificate('doctor');
    const shared = holder.attributes.filter(({ set }) => set === 2);
    expect(shared.map(({ oid }) => oid).sort()).toEqual(
      [attributeOids.commonName, attributeOids.surname, attributeOids.givenName].sort(),
    );
    expect(shared[0]?.oid).not.toBe(attributeOids.commonName);
    expect(onlyValue(holder, attributeOids.commonName)).toEqual({ value: doctorId });
    expect(onlyValue(holder, attributeOids.surname)).toEqual({ value: 'MEDECINESSAI0021889' });
    expect(onlyValue(holder, attributeOids.serialNumber)).toBe('absent');
    expect(onlyValue(holder, attributeOids.title)).toEqual({ value: 'Médecin' });
  });

  it('keeps a slash in a name, which the printed form with slashes cannot tell from a border', () => {
    const { holder } = certificate('staff-named');
    expect(onlyValue(holder, attributeOids.commonName)).toEqual({ value: namedStaffId });
  });

  it('takes nothing for granted that occurs twice', () => {
    const { issuer } = certificate('doctor');
    expect(onlyValue(issuer, attributeOids.organisationalUnit)).toBe('unreadable');
    expect(onlyValue(issuer, attributeOids.commonName)).toEqual({ value: 'AC ESSAI FORT PERSONNES' });
  });

  it('reads usages, policies, key, algorithm, addresses and alternative names', () => {
    const doctor = certificate('doctor');
    expect([...(doctor.keyUsage ?? [])]).toEqual(['digitalSignature']);
    expect(doctor.extendedKeyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(doctor.policies).toEqual([policyOids.personAuthentication]);
    expect(doctor.key).toEqual({ kind: 'rsa', bits: 2048 });
    expect(doctor.signatureAlgorithm).toBe('1.2.840.113549.1.1.11');
    expect(doctor.ocspUrls).toEqual(['http://ocsp.essai.test']);
    expect(doctor.crlUrls).toEqual(['http://crl.essai.test/persons.crl']);
    expect(doctor.alternativeNames).toEqual([
      { kind: 'upn', value: `${doctorId}@carte.essai.test` },
      { kind: 'email', value: 'robert@carte.essai.test' },
    ]);
    expect(certificate('doctor-elliptic').key).toEqual({ kind: 'ec', bits: 256 });
    expect(certificate('weak-key').key.bits).toBe(1024);
    expect(certificate('no-extended-usage').extendedKeyUsage).toBeUndefined();
    expect(certificate('no-policy').policies).toEqual([]);
  });

  it('refuses bytes that are not exactly one certificate', () => {
    const der = derOf('doctor');
    expect(readCertificate(Buffer.concat([der, Buffer.from([0])]))).toBeUndefined();
    expect(readCertificate(der.subarray(0, -1))).toBeUndefined();
    expect(readCertificate(readFileSync(pki.leaf('doctor').certificate))).toBeUndefined();
    expect(readCertificate(new Uint8Array())).toBeUndefined();
    expect(readCertificate(new Uint8Array(70_000))).toBeUndefined();
  });
});

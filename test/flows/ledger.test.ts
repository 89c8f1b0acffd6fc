// Who was seen: exactly the persons whose record left, readable with the operator's key and with nothing else.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExposedPerson, exposureReport, verifyLedger } from '@palier/gateway';
import { instantOf } from '@palier/mfa-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Professional, seat } from '../support/professional.ts';
import { type Site, startSite } from '../support/start.ts';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

const nir = (place: number): string => site.persons.nirOf(place);
const ledger = (): string => join(site.folder, 'ledger');

async function present(login: string): Promise<Professional> {
  const professional = seat(site, login);
  await professional.signIn();
  await professional.enrolApp();
  return professional;
}

async function exposed(account?: string): Promise<readonly ExposedPerson[]> {
  const key = JSON.parse(readFileSync(join(site.folder, 'ledger-private.jwk'), 'utf8'));
  const found: ExposedPerson[] = [];
  await exposureReport(
    {
      directory: ledger(),
      privateKeys: [key],
      accounts: account === undefined ? undefined : new Set([account]),
      from: instantOf(0),
      to: instantOf(Date.UTC(2100, 0)),
    },
    (person) => void found.push(person),
  );
  return found;
}

/** Every file of the ledger. */
function files(folder: string = ledger()): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

describe('the ledger', () => {
  it('names every person who was shown, by whichever way, and nobody who was withheld', async () => {
    const doctor = await present('medecin-01');
    await doctor.browser.go(`/patients/${nir(0)}`);
    await doctor.browser.call(`/api/patients/${nir(1)}`);
    await doctor.browser.post('/recherche-patient', { nir: nir(2) });
    await doctor.browser.call('/api/recherche', { nirs: [nir(3), nir(4)] });
    expect((await doctor.browser.call(`/api/patients/${nir(5)}`)).status).toBe(401);
    const shown = [0, 1, 2, 3, 4].map(nir);
    expect((await exposed()).map(({ id }) => id).toSorted()).toEqual(shown.toSorted());
  });

  it('tells two accounts apart', async () => {
    const [doctor, pharmacist] = [await present('medecin-01'), await present('pharmacie-01')];
    await doctor.browser.call(`/api/patients/${nir(10)}`);
    await pharmacist.browser.call(`/api/patients/${nir(11)}`);
    expect((await exposed('pharmacie-01')).map(({ id }) => id)).toEqual([nir(11)]);
  });

  it('has the person before the answer has left', async () => {
    const doctor = await present('medecin-01');
    const before = await verifyLedger(ledger());
    await doctor.browser.call(`/api/patients/${nir(20)}`);
    const after = await verifyLedger(ledger());
    expect(after.entries - before.entries).toBe(1);
  });

  it('holds no number, no name and no date of birth that a thief of the disk could read', async () => {
    const doctor = await present('medecin-01');
    const { nir: number, family, birthDate } = site.persons.personByIndex(30);
    await doctor.browser.call(`/api/patients/${number}`);
    const text = files()
      .map((file) => readFileSync(file, 'latin1'))
      .join('\n');
    expect(text).toContain('medecin-01');
    for (const secret of [number, Buffer.from(number).toString('base64url'), family, birthDate]) {
      expect(text).not.toContain(secret);
    }
  });

  it('shows when a line was changed', async () => {
    const doctor = await present('medecin-01');
    await doctor.browser.call(`/api/patients/${nir(40)}`);
    expect((await verifyLedger(ledger())).faultCount).toBe(0);
    const file = files().find((path) => readFileSync(path, 'utf8').includes('medecin-01')) ?? '';
    writeFileSync(file, readFileSync(file, 'utf8').replace('medecin-01', 'medecin-02'));
    expect((await verifyLedger(ledger())).faultCount).toBeGreaterThan(0);
  });

  it('is not optional: without a folder it can write to, the gateway does not start', async () => {
    const memory = [
      'durable: sqlite:palier.db, shared: sqlite:palier.db',
      'durable: memory, shared: memory',
    ] as const;
    await expect(
      startSite([memory, ['directory: ledger,', 'directory: /dev/null/ledger,']]),
    ).rejects.toThrow();
  });
});

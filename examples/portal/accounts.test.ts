// Which accounts exist, and what a password is checked against.

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createAccounts, examplePassword } from './accounts.ts';

const accounts = createAccounts({ perClass: 3, random: randomBytes });

it('there are as many of each trade as asked for, numbered from 01', () => {
  const logins = accounts.all().map(({ login }) => login);
  expect(logins).toHaveLength(24);
  expect(logins.slice(0, 4)).toEqual(['medecin-01', 'medecin-02', 'medecin-03', 'pharmacie-01']);
  expect(new Set(accounts.all().map((account) => account.class)).size).toBe(8);
});

it('a password opens its own account and no other', async () => {
  const password = examplePassword('laboratoire-02');
  expect((await accounts.checkPassword('laboratoire-02', password))?.class).toBe('laboratory');
  expect(await accounts.checkPassword('laboratoire-01', password)).toBeUndefined();
  expect(await accounts.checkPassword('laboratoire-09', password)).toBeUndefined();
  expect(await accounts.checkPassword('laboratoire-02', '')).toBeUndefined();
});

it('a changed password replaces the one before', async () => {
  await accounts.changePassword('hopital-01', 'a new password');
  expect(await accounts.checkPassword('hopital-01', examplePassword('hopital-01'))).toBeUndefined();
  expect((await accounts.checkPassword('hopital-01', 'a new password'))?.login).toBe('hopital-01');
});

it('an address at a domain nobody can have is where mail goes, until it is changed', () => {
  expect(accounts.findByEmail('NURSE@sante.example')).toEqual([]);
  expect(accounts.findByEmail(' Infirmier-01@sante.example ').map(({ login }) => login)).toEqual([
    'infirmier-01',
  ]);
  expect(accounts.changeEmail('infirmier-01', 'infirmier-02@sante.example')).toBe('changed');
  expect(accounts.findByEmail('infirmier-02@sante.example')).toHaveLength(2);
});

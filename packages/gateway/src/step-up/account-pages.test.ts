import { describe, expect, it } from 'vitest';
import { type FactorRow, factorsPage } from './account-pages.ts';

const app: FactorRow = {
  id: 'fac_1',
  kind: 'totp',
  name: 'phone',
  addedAt: 0,
  isNew: false,
  boundWith: undefined,
  lastUsedAt: undefined,
  activeFrom: undefined,
  unfinished: false,
  disabled: false,
  remaining: undefined,
  changes: undefined,
};
const shown = (row: FactorRow): string =>
  factorsPage({
    language: 'en',
    account: 'Ana',
    error: undefined,
    otherLanguage: '',
    factors: [row],
    codes: [],
    resume: '',
    keyNeeds: undefined,
  });

describe('the page of factors', () => {
  it('says of one whose binding broke off what to do, and of no other', () => {
    expect(shown({ ...app, unfinished: true })).toContain('its addition broke off: add it again');
    expect(shown(app)).not.toContain('broke off');
  });

  it('says with what another one was added, as text of its own, where that is known', () => {
    expect(shown({ ...app, boundWith: '<b>Bea' })).toContain(
      ' · added with “<bdi>&lt;b&gt;Bea</bdi>”</span>',
    );
    expect(shown(app)).not.toContain('added with');
  });
});

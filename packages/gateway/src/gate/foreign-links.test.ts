import { describe, expect, it } from 'vitest';
import type { RecordRule } from '../budget/record-rule.ts';
import { isForeignLink } from './foreign-links.ts';

const nir: RecordRule = { from: 'path', name: 'nir', as: 'nir' };
const ask = { counted: 'ask', except: [] } as const;
const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };

function isForeign(headers: Readonly<Record<string, string>>, method = 'GET'): boolean {
  return isForeignLink({ method, headers: new Map(Object.entries(headers)) }, { records: [nir] }, ask);
}

describe('a link of another site', () => {
  it('is a navigation: what a script fetches is none, and shows nobody without our cookie', () => {
    expect(isForeign(link)).toBe(true);
    expect(isForeign(link, 'HEAD')).toBe(true);
    expect(isForeign({ ...link, 'sec-fetch-mode': 'cors' })).toBe(false);
    expect(isForeign({ 'sec-fetch-site': 'cross-site' })).toBe(false);
  });

  it('is what no browser says, too: a front may have put two words into one', () => {
    for (const site of ['Cross-Site', 'cross-site, same-origin', 'cross-site;x', ''])
      expect(isForeign({ ...link, 'sec-fetch-site': site }), site).toBe(true);
  });

  it('is no form: one that was held comes back by way of a provider, and was meant', () => {
    expect(isForeign(link, 'POST')).toBe(false);
  });

  it('is none from the same site, from nowhere, or to a page that counts nobody', () => {
    for (const site of ['same-origin', 'same-site', 'none'])
      expect(isForeign({ ...link, 'sec-fetch-site': site })).toBe(false);
    const request = { method: 'GET', headers: new Map(Object.entries(link)) };
    expect(isForeignLink(request, { records: [] }, ask)).toBe(false);
    expect(isForeignLink(request, { records: [nir] }, { counted: 'follow', except: [] })).toBe(false);
  });
});

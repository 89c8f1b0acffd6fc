import { describe, expect, it } from 'vitest';
import type { CanonicalRequest } from '../request/request.ts';
import { clientKind, languageOf } from './negotiate.ts';

const asking = (headers: Readonly<Record<string, string>>): CanonicalRequest =>
  ({ headers: new Map(Object.entries(headers)) }) as unknown as CanonicalRequest;
const kind = (headers: Readonly<Record<string, string>>): string => clientKind(asking(headers), undefined);

describe('who is refused, a person or a program', () => {
  it('believes Sec-Fetch-Mode before anything else', () => {
    expect(kind({ 'sec-fetch-mode': 'navigate', accept: 'application/json' })).toBe('page');
    expect(kind({ 'sec-fetch-mode': 'cors', accept: 'text/html' })).toBe('program');
  });

  it('shows a page only where a person looks: not in a frame, not fetched ahead (A242)', () => {
    const navigation = { 'sec-fetch-mode': 'navigate', accept: 'text/html' };
    expect(kind({ ...navigation, 'sec-fetch-dest': 'document' })).toBe('page');
    expect(kind({ ...navigation, 'sec-fetch-dest': 'iframe' })).toBe('program');
    expect(kind({ ...navigation, 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' })).toBe('program');
  });

  it('takes what asks for anything as a program: curl and fetch get no HTML', () => {
    expect(kind({ accept: '*/*' })).toBe('program');
    expect(kind({})).toBe('program');
    expect(kind({ accept: 'text/*' })).toBe('program');
  });

  it('weighs Accept by q-value', () => {
    expect(kind({ accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' })).toBe('page');
    expect(kind({ accept: 'application/json, text/html;q=0.5' })).toBe('program');
    expect(kind({ accept: 'text/html;q=0, application/json;q=0.1' })).toBe('program');
    expect(kind({ accept: 'text/html;q=0.1, */*' })).toBe('program');
    expect(kind({ accept: 'text/html;q=nonsense, application/json' })).toBe('program');
  });

  it('falls back on the word of the route', () => {
    expect(clientKind(asking({ accept: '*/*' }), { client: 'page' } as never)).toBe('page');
  });

  it('reads a megabyte of Accept in bounded time', () => {
    const before = process.cpuUsage();
    kind({ accept: 'a/b,'.repeat(250_000) });
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });
});

describe('the language', () => {
  it('is French unless English weighs more', () => {
    expect(languageOf(undefined)).toBe('fr');
    expect(languageOf('de-DE')).toBe('fr');
    expect(languageOf('en-GB,en;q=0.9,fr;q=0.8')).toBe('en');
    expect(languageOf('fr-CA;q=0.9,en;q=0.8')).toBe('fr');
  });
});

// Which language and which format an answer takes.

import { expect, it } from 'vitest';
import { preferredFormat, preferredLanguage } from './negotiate.ts';

it('speaks French unless English is liked better', () => {
  for (const header of [
    undefined,
    '',
    '*',
    'fr',
    'fr-CA,en;q=0.9',
    'en;q=0.5,fr',
    'de',
    'en;q=0',
    'en;q=x',
  ]) {
    expect(preferredLanguage(header)).toBe('fr');
  }
  for (const header of ['en', 'en-GB,fr;q=0.9', 'de,EN;q=0.5', 'fr;q=0.1, en;q=0.2']) {
    expect(preferredLanguage(header)).toBe('en');
  }
});

it('answers HTML unless JSON is liked better', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  for (const header of [
    undefined,
    '*/*',
    browser,
    'text/html, application/json',
    'application/json;q=0, */*',
  ]) {
    expect(preferredFormat(header)).toBe('html');
  }
  for (const header of [
    'application/json',
    'application/json, text/plain, */*',
    'text/html;q=0.5, application/json',
  ]) {
    expect(preferredFormat(header)).toBe('json');
  }
});

import { describe, expect, it } from 'vitest';
import { momentText } from './date-text.ts';

const now = Date.UTC(2026, 10, 29, 8, 0);

describe('a moment after which something is possible again', () => {
  it('is a time of day when it is today in France', () => {
    const soon = now + 5 * 60_000;
    expect([momentText(soon, now, 'fr'), momentText(soon, now, 'en')]).toEqual(['09:05', '09:05']);
  });

  it('has its date when it is not, with the article in French', () => {
    const late = Date.UTC(2026, 10, 29, 23, 30);
    expect(momentText(late, now, 'fr')).toBe('le 30 novembre 2026 à 00:30');
    expect(momentText(late, now, 'en')).toBe('30 November 2026 at 00:30');
  });
});

import { describe, expect, it } from 'vitest';
import { isWayBack } from './resume.ts';

describe('a way back', () => {
  it.each(['/', '/patients/1?tab=rights', '/a//b', '/%2F', '/a#b'])(
    'is a path of this site: %s',
    (target) => {
      expect(isWayBack(target)).toBe(true);
    },
  );

  it.each([
    '',
    'patients',
    '//evil.example',
    '/\\evil.example',
    '/\\/evil.example',
    'https://evil.example/',
    '/a b',
    '/a\nb',
    '/\t/evil',
    '/\u00e9',
    `/${'a'.repeat(5000)}`,
  ])('is nothing else: %j (A234)', (target) => {
    expect(isWayBack(target)).toBe(false);
  });
});

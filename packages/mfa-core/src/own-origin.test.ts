import { describe, expect, it } from 'vitest';
import { isOwnOrigin } from './own-origin.ts';

const origins = ['https://portail.example', 'https://portail.test'];
const judge = (origin: string | undefined, site: string | undefined): boolean =>
  isOwnOrigin((name) => ({ origin, 'sec-fetch-site': site })[name], origins);

describe('a state change', () => {
  it.each([
    ['https://portail.example', 'same-origin'],
    ['https://portail.test', 'same-origin'],
    ['https://portail.example', undefined],
    [undefined, 'same-origin'],
  ])('from %s with Sec-Fetch-Site %s is ours', (origin, site) => {
    expect(judge(origin, site)).toBe(true);
  });

  it.each([
    [undefined, undefined],
    ['null', undefined],
    ['null', 'same-origin'],
    ['', 'same-origin'],
    ['https://evil.example', 'same-origin'],
    ['https://evil.example', undefined],
    ['https://portail.example', 'cross-site'],
    ['https://portail.example', 'same-site'],
    ['https://portail.example', 'none'],
    ['https://portail.example, https://evil.example', 'same-origin'],
    ['https://portail.example.evil.example', undefined],
    ['http://portail.example', undefined],
    ['HTTPS://PORTAIL.EXAMPLE', undefined],
    [undefined, 'same-origin, cross-site'],
    [undefined, 'cross-site'],
  ])('from %s with Sec-Fetch-Site %s is not (A232)', (origin, site) => {
    expect(judge(origin, site)).toBe(false);
  });
});

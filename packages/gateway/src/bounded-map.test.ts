import { expect, it } from 'vitest';
import { keepNewest } from './bounded-map.ts';

it('keeps so many and forgets the oldest; what is kept anew is young again', () => {
  const map = new Map<string, number>();
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
  ] as const)
    keepNewest(map, key, value, 2);
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});

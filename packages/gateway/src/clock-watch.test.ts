import { instantOf } from '@palier/mfa-core';
import { expect, it } from 'vitest';
import { watchClock } from './clock-watch.ts';

it('tells of a clock that jumps, by how much and which way, once; not of one that goes or is set by seconds', () => {
  let [wall, steady] = [Date.UTC(2026, 2, 10, 8), 5];
  const jumps: number[] = [];
  const look = watchClock(
    { now: () => instantOf(wall) },
    () => steady,
    (by) => void jumps.push(by),
  );
  const pass = (time: number, jump = 0): void => {
    steady += time;
    wall += time + jump;
    look();
  };
  for (let second = 0; second < 100; second += 1) pass(1000);
  pass(3_600_000);
  pass(500, 2000);
  expect(jumps).toEqual([]);
  pass(500, 86_400_000);
  pass(500);
  pass(500, -86_400_000);
  expect(jumps).toEqual([86_400_000, -86_400_000]);
});

import { fakeClock } from '@palier/mfa-core/testing';
import { expect, it } from 'vitest';
import { limitBegun, mostBegun, mostFromOne } from './begun-limit.ts';

const times = (count: number, admit: () => boolean): number =>
  Array.from({ length: count }, admit).filter(Boolean).length;

it('A134: one stranger uses up his own network’s sign-ins, and nobody else’s', () => {
  const clock = fakeClock();
  const admit = limitBegun(clock);
  expect(times(mostBegun * 2, () => admit('203.0.113.9'))).toBe(mostFromOne);
  expect(admit('198.51.100.7')).toBe(true);
  // All addresses of one owner are one (A133).
  let turn = 0;
  const many = (): boolean => admit(`2001:db8:1:${(turn++ % 60_000).toString(16)}::1`);
  expect(times(mostBegun, many)).toBe(mostFromOne);
  expect(admit('2001:db8:2::1')).toBe(true);
  clock.advance(601);
  expect(admit('203.0.113.9')).toBe(true);
});

it('A260: all networks together begin no more than the store should hold', () => {
  const admit = limitBegun(fakeClock());
  let turn = 0;
  const everybody = (): boolean => admit(`203.0.${(turn++ >> 8) % 256}.${turn % 256}`);
  expect(times(mostBegun * 2, everybody)).toBe(mostBegun);
});

it('control: where the network is unknown, whoever is first uses up everybody’s', () => {
  const admit = limitBegun(fakeClock());
  expect(times(mostBegun * 2, () => admit('127.0.0.1'))).toBe(mostBegun);
  expect(admit('198.51.100.7')).toBe(false);
});

import { type AccountId, type Instant, instantOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../identity/identity.ts';
import { holds } from './conditions.ts';
import type { Condition } from './route.ts';

const nobody: Identity = { kind: 'anonymous' };
const somebody: Identity = {
  kind: 'account',
  account: 'dr-1' as AccountId,
  class: 'gp',
  organisation: undefined,
  groups: ['prescribers'],
  displayName: 'Dr 1',
  source: 'portal-session',
};
const at = (text: string): Instant => instantOf(Date.parse(text));
const now = at('2026-11-24T12:00:00Z');

function met(
  condition: Condition,
  identity: Identity = somebody,
  peer = '10.1.2.3',
  when: Instant = now,
): boolean {
  return holds(condition, identity, peer, when);
}

const hours = (from: string, to: string, allowed: readonly number[] = [1, 2, 3, 4, 5, 6, 7]): Condition => ({
  kind: 'time',
  from,
  to,
  zone: 'Europe/Paris',
  days: allowed,
});

describe('a condition of a route', () => {
  it('class and group hold for members only, and never for nobody', () => {
    expect(met({ kind: 'class', anyOf: ['gp', 'nurse'] })).toBe(true);
    expect(met({ kind: 'class', anyOf: ['nurse'] })).toBe(false);
    expect(met({ kind: 'class', anyOf: ['gp'] }, nobody)).toBe(false);
    expect(met({ kind: 'group', anyOf: ['prescribers'] })).toBe(true);
    expect(met({ kind: 'group', anyOf: ['Prescribers'] })).toBe(false);
    expect(met({ kind: 'group', anyOf: ['prescribers'] }, nobody)).toBe(false);
  });

  it('network holds for the address of the socket, and for no address that cannot be read', () => {
    const network: Condition = { kind: 'network', anyOf: ['10.1.0.0/16', '2001:db8::/32'] };
    expect(met(network)).toBe(true);
    expect(met(network, somebody, '10.2.0.1')).toBe(false);
    expect(met(network, somebody, '2001:db8::9')).toBe(true);
    expect(met(network, somebody, '')).toBe(false);
  });

  it.each([
    ['08:00', '18:00', '2026-11-24T07:00:00Z', true],
    ['08:00', '18:00', '2026-11-24T06:59:59Z', false],
    ['08:00', '18:00', '2026-11-24T16:59:59Z', true],
    ['08:00', '18:00', '2026-11-24T17:00:00Z', false],
    ['00:00', '24:00', '2026-11-24T22:59:59Z', true],
    ['22:00', '06:00', '2026-11-24T21:00:00Z', true],
    ['22:00', '06:00', '2026-11-24T04:59:59Z', true],
    ['22:00', '06:00', '2026-11-24T05:00:00Z', false],
    // Summer time: 08:00 in Paris is 06:00 UTC in July.
    ['08:00', '18:00', '2026-07-24T06:00:00Z', true],
  ])('from %s to %s at %s: %s', (from, to, when, expected) => {
    expect(met(hours(from, to), somebody, '', at(when))).toBe(expected);
  });

  it('days count in the zone, and the small hours belong to the evening before', () => {
    const friday = hours('22:00', '06:00', [5]);
    expect(met(friday, somebody, '', at('2026-11-27T22:00:00Z'))).toBe(true);
    expect(met(friday, somebody, '', at('2026-11-28T03:00:00Z'))).toBe(true);
    expect(met(friday, somebody, '', at('2026-11-27T03:00:00Z'))).toBe(false);
    expect(met(hours('00:00', '24:00', [6]), somebody, '', at('2026-11-27T23:30:00Z'))).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { turnSealing, waitingBehind } from './sealing-turn.ts';

const fresh = (): string => 'fresh';

describe('the next sealing key', () => {
  it('is the one that waited, and a fresh one waits behind it', () => {
    expect(turnSealing({ current: 'k1', keys: { k1: 'a', k2: 'b' } }, fresh)).toEqual({
      current: 'k2',
      keys: { k1: 'a', k2: 'b', k3: 'fresh' },
      wasKnown: true,
    });
  });

  it.each([
    ['where none waited', 'k1', ['k1'], 'k2', ['k1', 'k2', 'k3']],
    ['where older ones were taken out', 'k2', ['k2'], 'k3', ['k2', 'k3', 'k4']],
    [
      'behind a name of somebody’s own, where a number may be older',
      'own',
      ['k7', 'own'],
      'k8',
      ['k7', 'own', 'k8', 'k9'],
    ],
  ])('is a fresh one %s, over none that is there', (_when, current, ids, next, after) => {
    const turned = turnSealing({ current, keys: Object.fromEntries(ids.map((id) => [id, id])) }, fresh);
    expect([turned.current, Object.keys(turned.keys), turned.wasKnown]).toEqual([next, after, false]);
    for (const id of ids) expect(turned.keys[id]).toBe(id);
  });

  it('is found by its number and not by its letters', () => {
    expect(waitingBehind('k9', ['k11', 'k10', 'k9', 'k2', 'own'])).toEqual(['k10', 'k11']);
  });
});

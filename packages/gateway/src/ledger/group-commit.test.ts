import { secondsOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { groupCommit } from './group-commit.ts';

const patient = secondsOf(5);

/** A write that ends when the test says so. */
function slowWrite(): {
  readonly write: (group: readonly number[]) => Promise<void>;
  readonly groups: number[][];
  finish(): void;
} {
  const groups: number[][] = [];
  let finish = (): void => undefined;
  const write = (group: readonly number[]): Promise<void> => {
    groups.push([...group]);
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  return { write, groups, finish: () => finish() };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe('groupCommit', () => {
  it('writes what waits as one group, in order, and never two groups at once', async () => {
    const { write, groups, finish } = slowWrite();
    const commit = groupCommit(write, patient);
    const first = Promise.all([commit.add(1), commit.add(2)]);
    await turn();
    const second = Promise.all([commit.add(3), commit.add(4), commit.add(5)]);
    await turn();
    expect(groups).toEqual([[1, 2]]);
    finish();
    await first;
    await turn();
    expect(groups).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    finish();
    await second;
  });

  it('writes a flood in groups of a bounded size', async () => {
    const groups: number[] = [];
    const commit = groupCommit<number>(async (group) => void groups.push(group.length), patient);
    await Promise.all(Array.from({ length: 2500 }, (_, item) => commit.add(item)));
    expect(groups).toEqual([1000, 1000, 500]);
  });

  it('refuses the group of a failed write, and only that one', async () => {
    let fails = true;
    const commit = groupCommit<number>(async () => {
      if (fails) throw new Error('no space left');
    }, patient);
    const [one, two] = await Promise.allSettled([commit.add(1), commit.add(2)]);
    expect([one?.status, two?.status]).toEqual(['rejected', 'rejected']);
    fails = false;
    await expect(commit.add(3)).resolves.toBeUndefined();
  });

  it('refuses everything at once while a write hangs, starts no second one, and goes on when it has ended', async () => {
    const { write, groups, finish } = slowWrite();
    const commit = groupCommit(write, secondsOf(0.01));
    await expect(commit.add(1)).rejects.toThrow('did not answer within');
    for (let item = 2; item < 50; item += 1)
      await expect(commit.add(item)).rejects.toThrow('does not answer');
    expect(groups).toEqual([[1]]);
    finish();
    await turn();
    const later = commit.add(50);
    await turn();
    finish();
    await expect(later).resolves.toBeUndefined();
    expect(groups).toEqual([[1], [50]]);
  });

  it('takes whoever waits behind a hanging write along with it', async () => {
    const { write } = slowWrite();
    const commit = groupCommit(write, secondsOf(0.02));
    const first = commit.add(1);
    first.catch(() => undefined);
    await turn();
    await expect(commit.add(2)).rejects.toThrow('did not answer within');
    await expect(first).rejects.toThrow('did not answer within');
  });

  it('runs other work after what waits, never beside it', async () => {
    const order: string[] = [];
    const commit = groupCommit<string>(async (group) => void order.push(...group), patient);
    await Promise.all([
      commit.add('entry'),
      commit.afterwards(async () => void order.push('work')),
      commit.add('late entry'),
    ]);
    expect(order).toEqual(['entry', 'late entry', 'work']);
    await expect(commit.afterwards(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

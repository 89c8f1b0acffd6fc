import { expect, it } from 'vitest';
import { createBreaker } from './breaker.ts';

const silent = (): Promise<never> => Promise.reject(new Error('connection reset'));
const refusing = (): Promise<never> => Promise.reject(new TypeError('the store says no'));

function breaker(): { readonly ask: ReturnType<typeof createBreaker>; readonly pass: (ms: number) => void } {
  let time = 0;
  const ask = createBreaker({
    patienceMilliseconds: () => 20,
    isAnswer: (error) => error instanceof TypeError,
    now: () => time,
  });
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { ask, pass };
}

it('asks a silent store three times, then not at all, then once, and goes on when it answers', async () => {
  const { ask, pass } = breaker();
  let asked = 0;
  const counted = (act: () => Promise<unknown>) => () => {
    asked += 1;
    return act();
  };
  for (let call = 0; call < 5; call += 1) await expect(ask(counted(silent))).rejects.toThrow();
  expect(asked).toBe(3);
  pass(501);
  const tries = [ask(counted(silent)), ask(counted(silent))];
  await expect(Promise.allSettled(tries)).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(asked).toBe(4);
  pass(501);
  await expect(ask(counted(async () => 'back'))).resolves.toBe('back');
  await expect(ask(counted(async () => 'back'))).resolves.toBe('back');
  expect(asked).toBe(6);
});

it('never rests for a store that answers with a refusal', async () => {
  const { ask } = breaker();
  for (let call = 0; call < 10; call += 1) await expect(ask(refusing)).rejects.toThrow('the store says no');
});

it('waits no longer than its patience', async () => {
  const { ask } = breaker();
  await expect(ask(() => new Promise<never>(() => undefined))).rejects.toThrow('no answer in 20 ms');
});

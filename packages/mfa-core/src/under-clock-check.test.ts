import { describe, expect, it } from 'vitest';
import { createClockCheck } from './clock-check.ts';
import { MfaError } from './errors.ts';
import { memoryStores } from './stores/memory.ts';
import type { MfaStores } from './stores.ts';
import { instantOf } from './time.ts';
import { underClockCheck, withClockCheck } from './under-clock-check.ts';

const start = Date.UTC(2026, 2, 10, 8);

/** Stores of classes, whose verbs need their own `this`; each call is noted. */
function noting(): { readonly stores: MfaStores; readonly called: readonly string[] } {
  const called: string[] = [];
  class Port {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    note(verb: string, words: readonly unknown[]): Promise<string> {
      called.push(`${this.#name}.${verb}(${words.join(' ')})`);
      return Promise.resolve('the answer');
    }
  }
  const ports = Object.entries(memoryStores()).map(([name, verbs]) => {
    const port = new Port(name);
    for (const verb of Object.keys(verbs))
      Reflect.set(port, verb, function (this: Port, ...words: unknown[]) {
        return this.note(verb, words);
      });
    return [name, port];
  });
  return { stores: Object.fromEntries(ports) as MfaStores, called };
}

type Verb = (...words: readonly unknown[]) => Promise<unknown>;

/** Calls every verb there is; answers which rejected and what the others answered. */
async function callAll(stores: MfaStores): Promise<{ readonly refused: string[]; readonly open: string[] }> {
  const [refused, open]: [string[], string[]] = [[], []];
  for (const [port, verbs] of Object.entries(memoryStores())) {
    for (const verb of Object.keys(verbs)) {
      const act = Reflect.get(Reflect.get(stores, port), verb) as Verb;
      await Reflect.apply(act, Reflect.get(stores, port), [1, 2, 3, 4, 5]).then(
        () => open.push(`${port}.${verb}`),
        (error) => refused.push(`${port}.${verb}${error.code === 'ERR_MFA_CLOCK' ? '' : ' otherwise'}`),
      );
    }
  }
  return { refused, open };
}

describe('stores under a check of the clock', () => {
  it('refuse, while the clock is wrong, what opens, proves, guesses and begins, and nothing that ends', async () => {
    const { stores, called } = noting();
    const demand = async (): Promise<never> => {
      throw new MfaError('ERR_MFA_CLOCK');
    };
    const { refused, open } = await callAll(underClockCheck(stores, { demand }));
    expect(refused.sort()).toEqual([
      'attempts.reserve',
      'challenges.peek',
      'challenges.put',
      'challenges.take',
      'factors.add',
      'factors.advanceSignCount',
      'factors.advanceTotpStep',
      'factors.redeemRecoveryCode',
      'sessions.create',
      'sessions.load',
      'sessions.replace',
      'sessions.touch',
      'tickets.issue',
      'tickets.redeem',
    ]);
    expect(open.sort()).toEqual([
      'attempts.clear',
      'attempts.count',
      'factors.list',
      'factors.remove',
      'sessions.end',
      'sessions.list',
      'tickets.list',
      'tickets.revoke',
      'upkeep.activate',
      'upkeep.disable',
      'upkeep.page',
      'upkeep.rename',
      'upkeep.replaceRecoverySet',
      'upkeep.reseal',
    ]);
    expect(called).toHaveLength(open.length);
  });

  it('pass every word on and every answer back while it is right', async () => {
    const { stores, called } = noting();
    const checked = underClockCheck(stores, { demand: async () => undefined });
    expect((await callAll(checked)).refused).toEqual([]);
    const bare = noting();
    await callAll(bare.stores);
    const shortened = called.map((call) => call.replace(/[ \d]*\)$/, ''));
    expect(shortened).toEqual(bare.called.map((call) => call.replace(/[ \d]*\)$/, '')));
    expect(called.find((call) => call.startsWith('attempts.reserve'))).toBe('attempts.reserve(1 2 3 4)');
    expect(called.find((call) => call.startsWith('factors.advanceSignCount'))).toBe(
      'factors.advanceSignCount(1 2 3 4 5)',
    );
    expect(await checked.tickets.list(undefined)).toBe('the answer');
  });

  it('go by the time beside them, which may need its own this', async () => {
    const stores = {
      ...memoryStores(),
      hour: start + 60_000,
      async time() {
        return instantOf(this.hour);
      },
    };
    const checked = withClockCheck(stores, { clock: { now: () => instantOf(start) }, steady: () => 0 });
    await expect(checked.sessions.load('digest' as never)).rejects.toThrow("60.0 s behind the store's");
    expect(checked.clockCheck.apart()).toMatchObject({ milliseconds: -60_000, verdict: 'refuse' });
  });

  it('are not made of stores that have no clock: nobody shall believe that something is compared', () => {
    // @ts-expect-error memory tells no time
    expect(() => withClockCheck(memoryStores())).toThrow(TypeError);
  });

  it('go by the clock and the steady time of the machine when nothing is given', async () => {
    let behind = 0;
    const checked = withClockCheck({ ...memoryStores(), time: async () => instantOf(Date.now() + behind) });
    expect(await checked.sessions.load('digest' as never)).toBeUndefined();
    behind = 3_600_000;
    await checked.clockCheck.look();
    await expect(checked.sessions.load('digest' as never)).rejects.toMatchObject({ code: 'ERR_MFA_CLOCK' });
    const check = createClockCheck({ time: async () => instantOf(Date.now() - 60_000) });
    await expect(check.demand()).rejects.toThrow('60.0 s ahead of');
  });
});

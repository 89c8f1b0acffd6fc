import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ClockCheck, type ClocksApart, clockBounds, createClockCheck } from './clock-check.ts';
import { instantOf } from './time.ts';

const start = Date.UTC(2026, 2, 10, 8);
const { mostApart, lookEvery, longestLook } = clockBounds;

interface Machine {
  readonly check: ClockCheck;
  readonly told: readonly ClocksApart[];
  /** Lets time pass, everywhere. */
  readonly pass: (milliseconds: number) => void;
  readonly setAhead: (milliseconds: number) => void;
  readonly setStoreAhead: (milliseconds: number) => void;
  /** From now on the store rejects, or tells this. */
  readonly breakStore: (told?: number) => void;
  readonly asked: () => number;
}

/** A machine and a store; the answer is `slow` milliseconds under way, there and back. */
function machine(slow = 0): Machine {
  let [time, ahead, storeAhead, asked] = [0, 0, 0, 0];
  let broken: (() => number) | undefined;
  const told: ClocksApart[] = [];
  const check = createClockCheck({
    clock: { now: () => instantOf(start + time + ahead) },
    steady: () => 17 + time,
    told: (apart) => void told.push(apart),
    time: async () => {
      asked += 1;
      if (broken !== undefined) return broken() as never;
      time += slow / 2;
      const answer = instantOf(start + time + storeAhead);
      time += slow / 2;
      return answer;
    },
  });
  return {
    check,
    told,
    pass: (milliseconds) => {
      time += milliseconds;
    },
    setAhead: (milliseconds) => {
      ahead = milliseconds;
    },
    setStoreAhead: (milliseconds) => {
      storeAhead = milliseconds;
    },
    breakStore: (answer) => {
      broken = () => {
        if (answer === undefined) throw new Error('the store is away');
        return answer;
      };
    },
    asked: () => asked,
  };
}

const refusal = { code: 'ERR_MFA_CLOCK' };

describe("an instance that looks at its store's clock", () => {
  it('goes on while the two differ by no more than is forgiven, both ways, and not beyond', async () => {
    const { check, setAhead } = machine();
    for (const by of [0, 2000, -2000, mostApart, -mostApart]) {
      setAhead(by);
      await check.demand();
      expect(check.apart().milliseconds).toBe(by);
    }
    for (const by of [mostApart + 1, -mostApart - 1, 3_600_000, -86_400_000]) {
      setAhead(by);
      await expect(check.demand()).rejects.toMatchObject(refusal);
    }
  });

  it('notices a clock that jumps without asking the store, and asks before it refuses', async () => {
    const { check, pass, setAhead, asked } = machine();
    await check.demand();
    pass(7000);
    setAhead(86_400_000);
    expect([check.apart().milliseconds, asked()]).toEqual([86_400_000, 1]);
    await expect(check.demand()).rejects.toMatchObject(refusal);
    expect(asked()).toBe(2);
    setAhead(0);
    await check.demand();
  });

  it('asks once for all that come at once, and not again for ten seconds', async () => {
    const { check, pass, asked } = machine();
    await Promise.all(Array.from({ length: 100 }, () => check.demand()));
    pass(lookEvery - 1);
    await check.demand();
    expect(asked()).toBe(1);
    pass(1);
    await Promise.all([check.demand(), check.demand()]);
    expect(asked()).toBe(2);
  });

  it("notices that the store's clock was put wrong within ten seconds, and right at once", async () => {
    const { check, pass, setStoreAhead } = machine();
    await check.demand();
    setStoreAhead(3_600_000);
    pass(lookEvery - 1);
    await check.demand();
    pass(1);
    await expect(check.demand()).rejects.toMatchObject(refusal);
    expect(check.apart().milliseconds).toBe(-3_600_000);
    setStoreAhead(0);
    await check.demand();
  });

  it('takes off half of what the answer was under way: a slow store is not a wrong clock', async () => {
    const { check, setAhead } = machine(4000);
    await check.demand();
    expect(check.apart().milliseconds).toBe(0);
    setAhead(31_000);
    await check.demand();
    expect(check.apart()).toMatchObject({ milliseconds: 29_000, verdict: 'differ' });
    setAhead(-33_000);
    await expect(check.demand()).rejects.toThrow("31.0 s behind the store's");
  });

  it('refuses what the store refuses until it has learnt the time once, and afterwards goes by what it learnt', async () => {
    const { check, breakStore } = machine();
    breakStore();
    await expect(check.look()).rejects.toThrow('the store is away');
    await expect(check.demand()).rejects.toThrow('the store is away');
    const later = machine();
    await later.check.demand();
    later.breakStore();
    later.pass(3_600_000);
    await later.check.demand();
    await later.check.demand();
    expect(later.asked()).toBe(2);
    later.setAhead(3_600_000);
    await expect(later.check.demand()).rejects.toMatchObject(refusal);
  });

  describe('waits for a store that is silent for ever no longer than five seconds', () => {
    afterEach(() => vi.useRealTimers());
    const silentAfter = (answers: number): { readonly check: ClockCheck; readonly sleep: () => void } => {
      let [asked, steady] = [0, 0];
      vi.useFakeTimers();
      const check = createClockCheck({
        clock: { now: () => instantOf(start + steady) },
        steady: () => steady,
        time: () => {
          asked += 1;
          return asked <= answers ? Promise.resolve(instantOf(start + steady)) : new Promise(() => undefined);
        },
      });
      const sleep = (): void => {
        steady += lookEvery;
      };
      return { check, sleep };
    };
    const within = async (verb: Promise<void>): Promise<unknown> => {
      let ended: unknown = 'still waits';
      verb.then(
        () => {
          ended = 'goes on';
        },
        (error: unknown) => {
          ended = error;
        },
      );
      await vi.advanceTimersByTimeAsync(longestLook);
      return ended;
    };

    it('and refuses where it never learnt the time, each verb anew', async () => {
      const { check } = silentAfter(0);
      expect(await within(check.look())).toMatchObject({ code: 'ERR_MFA_STORE' });
      expect(await within(check.demand())).toMatchObject({ code: 'ERR_MFA_STORE' });
    });

    it('and goes by what it learnt before', async () => {
      const { check, sleep } = silentAfter(1);
      await check.demand();
      sleep();
      expect(await within(check.demand())).toBe('goes on');
    });
  });

  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])(
    'believes no store that tells %d',
    async (answer) => {
      const { check, breakStore } = machine();
      breakStore(answer);
      await expect(check.demand()).rejects.toMatchObject({ code: 'ERR_MFA_STORE' });
    },
  );

  it('tells and refuses nothing on a machine that slept while time went on here and there, and tells of one that is wrong', async () => {
    const { check, told, setAhead, setStoreAhead } = machine();
    await check.demand();
    // The steady clock stood still.
    setAhead(3_600_000);
    setStoreAhead(3_600_000);
    expect(check.apart().milliseconds).toBe(3_600_000);
    await check.demand();
    expect(told).toEqual([]);
    setAhead(7_200_000);
    await expect(check.demand()).rejects.toMatchObject(refusal);
    expect(told).toMatchObject([{ milliseconds: 3_600_000, verdict: 'refuse' }]);
  });

  it('tells once of each change, in words, and of nothing below five seconds', async () => {
    const { check, told, setAhead } = machine();
    for (const by of [0, 4000, 6000, 7000, -31_000, -86_400_000, -6000, 0, 0]) {
      setAhead(by);
      await check.demand().catch(() => undefined);
    }
    expect(told.map(({ verdict, detail }) => [verdict, detail])).toEqual([
      ['differ', "the clock of this machine is 6.0 s ahead of the store's"],
      ['refuse', "the clock of this machine is 31.0 s behind the store's"],
      ['differ', "the clock of this machine is 6.0 s behind the store's"],
      ['agree', "the clock of this machine is 0.0 s ahead of the store's"],
    ]);
  });
});

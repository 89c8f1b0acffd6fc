import { instantOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import { type ClockCheck, clockRemark, createClockCheck, mostApart, watchApart } from './clock-check.ts';

const start = Date.UTC(2026, 2, 10, 8);

interface Machine {
  readonly check: ClockCheck;
  /** Lets time pass, everywhere. */
  readonly pass: (milliseconds: number) => void;
  readonly setAhead: (milliseconds: number) => void;
  readonly setStoreAhead: (milliseconds: number) => void;
  readonly asked: () => number;
}

/** A machine and a store; the answer is `slow` milliseconds under way, there and back. */
function machine(slow = 0): Machine {
  let [time, ahead, storeAhead, asked] = [0, 0, 0, 0];
  const check = createClockCheck({
    clock: { now: () => instantOf(start + time + ahead) },
    steady: () => 17 + time,
    storeTime: async () => {
      asked += 1;
      time += slow / 2;
      const told = instantOf(start + time + storeAhead);
      time += slow / 2;
      return told;
    },
  });
  return {
    check,
    pass: (milliseconds) => {
      time += milliseconds;
    },
    setAhead: (milliseconds) => {
      ahead = milliseconds;
    },
    setStoreAhead: (milliseconds) => {
      storeAhead = milliseconds;
    },
    asked: () => asked,
  };
}

describe("a gateway that looks at its store's clock", () => {
  it('counts while the two differ by no more than is forgiven, both ways, and not beyond', async () => {
    const { check, setAhead } = machine();
    await check.look();
    for (const by of [0, 2000, -2000, mostApart, -mostApart]) {
      setAhead(by);
      check.demand();
      expect(check.apart()).toBe(by);
    }
    for (const by of [mostApart + 1, -mostApart - 1, 3_600_000, -86_400_000]) {
      setAhead(by);
      expect(() => check.demand()).toThrow(expect.objectContaining({ code: 'ERR_MFA_STORE' }));
    }
  });

  it('notices a clock that jumps without asking the store again, and one that is right again too', async () => {
    const { check, pass, setAhead, asked } = machine();
    await check.look();
    pass(7000);
    setAhead(86_400_000);
    expect(check.apart()).toBe(86_400_000);
    setAhead(0);
    check.demand();
    expect(asked()).toBe(1);
  });

  it("notices that the store's clock was put wrong at the next look, and right at once when it refuses", async () => {
    const { check, setStoreAhead } = machine();
    await check.look();
    setStoreAhead(3_600_000);
    check.demand();
    await check.look();
    expect(check.apart()).toBe(-3_600_000);
    setStoreAhead(0);
    expect(() => check.demand()).toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    check.demand();
  });

  it('takes off half of what the answer was under way: a slow store is not a wrong clock', async () => {
    const { check, setAhead } = machine(4000);
    await check.look();
    expect(check.apart()).toBe(0);
    setAhead(31_000);
    check.demand();
    expect(check.apart()).toBe(29_000);
    setAhead(-33_000);
    expect(() => check.demand()).toThrow('behind');
  });

  it('goes by its own clock where there is no other', async () => {
    const check = createClockCheck({
      clock: { now: () => instantOf(start) },
      steady: () => 5,
      storeTime: undefined,
    });
    await check.look();
    check.demand();
    expect(check.apart()).toBe(0);
  });

  it('tells nothing of a machine that slept while time went on here and there, and tells of one that is wrong', async () => {
    const { check, setAhead, setStoreAhead } = machine();
    await check.look();
    const told: unknown[] = [];
    const judge = watchApart(check, (...words) => void told.push(words));
    // The steady clock stood still.
    setAhead(3_600_000);
    setStoreAhead(3_600_000);
    expect(check.apart()).toBe(3_600_000);
    await judge();
    expect(told).toEqual([]);
    setAhead(7_200_000);
    await judge();
    expect(told).toEqual([[3_600_000, true]]);
  });

  it('remarks on five seconds and tells once of each change, with whether it refuses', async () => {
    expect([clockRemark(4999), clockRemark(-5000), clockRemark(86_400_000)]).toEqual([
      undefined,
      "the clock of this machine is 5.0 s behind the store's",
      "the clock of this machine is 86400.0 s ahead of the store's",
    ]);
    const told: unknown[] = [];
    let by = 0;
    const judge = watchApart({ apart: () => by, look: async () => undefined }, (...words) => {
      told.push(words);
    });
    for (by of [0, 4000, 6000, 7000, -31_000, -86_400_000, 6000, 0, 0]) await judge();
    expect(told).toEqual([
      [6000, false],
      [-31_000, true],
      [6000, false],
      [0, false],
    ]);
  });
});

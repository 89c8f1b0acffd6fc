// Recovery codes are shown once, with the first factor. Where several first ones are bound at once, who is shown codes has
// codes that work.
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import { accountOf, atOnce, type Desk, must, openDesk, phoneOf, signIn, ticketRight } from './desk.ts';

const ana = accountOf('ana');

/** The codes that each of three first bindings at once was shown. */
async function shownAtOnce(desk: Desk): Promise<readonly (readonly string[])[]> {
  const begun = await atOnce(3, async () => {
    const { session, token } = await signIn(desk, ana);
    const right = await ticketRight(desk, { session, token });
    const offer = must(await desk.mfa.enrol.begin(session, right, { kind: 'totp' }), 'begun');
    const code = phoneOf(desk, offer.totp?.uri ?? '').code();
    return () => desk.mfa.enrol.complete(token, offer.challenge, { code });
  });
  const answers = await Promise.all(begun.map((complete) => complete()));
  return answers.map((answer) => must(answer, 'enrolled').recoveryCodes ?? []);
}

async function opens(desk: Desk, code: string): Promise<boolean> {
  desk.clock.advance(60);
  const { token } = await signIn(desk, ana);
  return (await desk.mfa.stepUp.complete(token, { kind: 'recovery-code', code })).outcome === 'stepped-up';
}

async function working(desk: Desk): Promise<readonly boolean[]> {
  const shown = (await shownAtOnce(desk)).filter((codes) => codes.length > 0);
  const works: boolean[] = [];
  for (const [code = ''] of shown) works.push(await opens(desk, code));
  return works;
}

describe('of three first factors bound at once', () => {
  it('one comes with recovery codes, and they work', async () => {
    expect(await working(openDesk())).toEqual([true]);
  });

  it('each would, and one set would work, with a store that replaces whatever is there (negative control)', async () => {
    const stores = memoryStores();
    const replaceRecoverySet: typeof stores.upkeep.replaceRecoverySet = (set) =>
      stores.upkeep.replaceRecoverySet(set);
    const desk = openDesk({ stores: { ...stores, upkeep: { ...stores.upkeep, replaceRecoverySet } } });
    expect((await working(desk)).toSorted()).toEqual([false, false, true]);
  });
});

describe('a factor bound later', () => {
  it('brings codes again only where no set works any more', async () => {
    const desk = openDesk();
    const bound = async (): Promise<number> => {
      const { session, token } = await signIn(desk, ana);
      const right = await ticketRight(desk, { session, token });
      const offer = must(await desk.mfa.enrol.begin(session, right, { kind: 'totp' }), 'begun');
      const code = phoneOf(desk, offer.totp?.uri ?? '').code();
      return (
        must(await desk.mfa.enrol.complete(token, offer.challenge, { code }), 'enrolled').recoveryCodes
          ?.length ?? 0
      );
    };
    expect([await bound(), await bound()]).toEqual([10, 0]);
    await desk.mfa.factors.disableByOperator(ana, ['recovery-code']);
    expect(await bound()).toBe(10);
  });
});

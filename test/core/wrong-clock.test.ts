// A portal of several instances, and the clock of one is wrong: what that gives whoever asks the one that is off, and that
// a check of the clock around the stores takes it away. Each attack is carried out twice, with the check and without it.
// The clock jumps while the instance runs and is not found by looking: the clocks agreed a moment ago.
import type { AccountId, MfaStores, StoreTime, TokenDigest } from '@palier/mfa-core';
import { acceptWords, instantOf, secondsOf, withClockCheck } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { postgresStores } from '@palier/mfa-core/stores/postgres';
import { redisStores } from '@palier/mfa-core/stores/redis';
import { ceremonies, requireStepUp, sessionCookie } from '@palier/mfa-core/web';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunningClock } from '../support/moving-clock.ts';
import { isMissing, type Server, startPostgres, startRedis } from '../support/servers.ts';
import { accountOf, type Desk, openDesk, origin, signIn, withPhone } from './desk.ts';

type Stores = MfaStores & StoreTime;

const [hour, day] = [3600, 86_400];
const refusal = { code: 'ERR_MFA_CLOCK' };
let accounts = 0;
function somebody(): AccountId {
  accounts += 1;
  return accountOf(`gp-${accounts}`);
}

/** An instance at the hour, or that many seconds from it. */
function instance(stores: MfaStores, ahead = 0): Desk {
  const clock = createRunningClock();
  clock.advance(ahead);
  return openDesk({ stores, clock });
}

/** An instance whose clock was right when the clocks were last compared, and is now so many seconds ahead. */
async function set(stores: Stores, ahead: number, checked: boolean): Promise<Desk> {
  const clock = createRunningClock();
  const off = openDesk({ stores: checked ? withClockCheck(stores, { clock }) : stores, clock });
  expect(await off.stores.sessions.load('nobody' as TokenDigest)).toBeUndefined();
  clock.advance(ahead);
  return off;
}

function holds(stores: () => Stores): void {
  describe.each([true, false])('with the check: %s', (checked) => {
    /** What the thief gets where nothing is checked, and the refusal where it is. */
    const expectOnly = async (without: unknown, got: Promise<unknown>): Promise<void> => {
      if (checked) await expect(got).rejects.toMatchObject(refusal);
      else expect(await got).toMatchObject(without as object);
    };

    it('a code that was shown an hour ago and never used, on an instance an hour behind', async () => {
      const account = somebody();
      const before = instance(stores(), -2 * hour);
      const { phone } = await withPhone(before, account);
      before.clock.advance(hour);
      const code = phone.code();
      const thief = await signIn(instance(stores()), account);
      const off = await set(stores(), -hour, checked);
      await expectOnly(
        { outcome: 'stepped-up' },
        off.mfa.stepUp.complete(thief.token, { kind: 'totp', code }),
      );
    });

    it('a code that was used stays used, whatever the hour: the step is in the store', async () => {
      const account = somebody();
      const before = instance(stores(), -2 * hour);
      const { phone, token } = await withPhone(before, account);
      before.clock.advance(hour / 2);
      const code = phone.code();
      const used = await before.mfa.stepUp.complete(token, { kind: 'totp', code });
      expect(used.outcome).toBe('stepped-up');
      const thief = await signIn(instance(stores()), account);
      const off = await set(stores(), -1.5 * hour, checked);
      const again = off.mfa.stepUp.complete(thief.token, { kind: 'totp', code });
      await expectOnly({ outcome: 'refused', reason: 'replayed' }, again);
    });

    it("yesterday's cookie and its proof, on an instance a day behind", async () => {
      const { token } = await withPhone(instance(stores(), -day), somebody());
      const off = await set(stores(), -day, checked);
      const requirement = {
        kind: 'step-up',
        accept: acceptWords['second-factor'],
        maxAge: secondsOf(900),
      } as const;
      const shortfall = async (): Promise<unknown> => ({
        lacking: off.mfa.assess(await off.mfa.sessions.load(token), requirement),
      });
      await expectOnly({ lacking: undefined }, shortfall());
      expect(await instance(stores()).mfa.sessions.load(token)).toBeUndefined();
    });

    it('a ticket that was over an hour ago, on an instance that is behind by two', async () => {
      const account = somebody();
      const { code } = await instance(stores(), -2 * hour).mfa.tickets.issue(
        account,
        'desk',
        secondsOf(hour),
      );
      const { session } = await signIn(instance(stores()), account);
      const off = await set(stores(), -2 * hour, checked);
      await expectOnly({ outcome: 'granted' }, off.mfa.enrol.redeemTicket(session, code));
    });

    it('a session that is ended for all by one request to an instance a day ahead', async () => {
      const sound = instance(stores());
      const { token, session } = await withPhone(sound, somebody());
      const off = await set(stores(), day, checked);
      await expectOnly(
        { over: true },
        off.mfa.sessions.load(token).then((found) => ({ over: found === undefined })),
      );
      expect((await sound.mfa.sessions.load(token))?.id).toBe(checked ? session.id : undefined);
    });

    it('waits of the guesser that an instance a day ahead thinks over, and that keep the owner waiting a day', async () => {
      const sound = instance(stores());
      const account = somebody();
      const { token, phone } = await withPhone(sound, account);
      /** The thief has the password, and a session wherever he asks. */
      const guessOn = async (desk: Desk): Promise<unknown> =>
        desk.mfa.enrol.redeemTicket((await signIn(desk, account)).session, 'tkt-wrong');
      for (let guesses = 0; guesses < 5; guesses += 1) await guessOn(sound);
      expect(await guessOn(sound)).toMatchObject({ reason: 'too-many-attempts' });
      const off = await set(stores(), day, checked);
      await expectOnly({ outcome: 'refused', reason: 'ticket-unknown' }, guessOn(off));
      const kept = await sound.mfa.stepUp.complete(token, { kind: 'totp', code: phone.code() });
      const wait = kept.outcome === 'refused' ? (kept.retryAt ?? 0) - Date.now() : 0;
      expect(wait > hour * 1000).toBe(!checked);
    });

    it('goes on by itself when the clock is right again, and ends sessions all the while', async () => {
      const account = somebody();
      const { token, session } = await withPhone(instance(stores()), account);
      const off = await set(stores(), -hour, checked);
      const loaded = off.mfa.sessions.load(token);
      await expectOnly({ id: session.id }, loaded);
      off.clock.advance(hour);
      expect((await off.mfa.sessions.load(token))?.id).toBe(session.id);
      off.clock.advance(-hour);
      expect(await off.mfa.sessions.endAll(account, 'operator')).toBe(1);
      off.clock.advance(hour);
      expect(await off.mfa.sessions.load(token)).toBeUndefined();
    });
  });
}

describe('in memory, with a time of its own beside it', () => {
  const stores: Stores = { ...memoryStores(), time: async () => instantOf(Date.now()) };
  holds(() => stores);

  it('is a 503 of the ceremonies, and an error of the guard that lets nothing pass', async () => {
    const { token, session } = await withPhone(instance(stores), somebody());
    const off = await set(stores, -hour, true);
    const { mfa } = off;
    const account = (): string => session.account;
    const broken: unknown[] = [];
    const headers = { cookie: `${sessionCookie}=${token}` };
    const asked = new Request(`${origin}/api/mfa/session`, { headers });
    const answer = await ceremonies({
      mfa,
      account,
      path: '/api/mfa',
      broken: (error) => broken.push(error),
    })(asked);
    expect([answer.status, broken]).toMatchObject([503, [refusal]]);
    const pass = async (desk: Desk): Promise<Response | undefined> =>
      requireStepUp({ mfa: desk.mfa, account, accept: 'second-factor', maxAge: '12h' })(
        new Request(`${origin}/patients/1`, { headers }),
      );
    await expect(pass(off)).rejects.toMatchObject(refusal);
    expect(await pass(await set(stores, -hour, false))).toBeUndefined();
  });
});

describe.skipIf(isMissing('postgres'))('on PostgreSQL', () => {
  let [server, redis]: Server[] = [];
  let pool: Pool;
  let stores: Stores;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url });
    stores = await postgresStores(pool);
  });
  afterAll(async () => {
    await pool?.end();
    await server?.stop();
  });
  holds(() => stores);

  it('reads the server’s clock, not when its transaction began', async () => {
    const [first, second] = [await stores.time(), await stores.time()];
    expect(Math.abs(first - Date.now())).toBeLessThan(5000);
    expect(second).toBeGreaterThan(first);
  });

  describe.skipIf(isMissing('redis'))('and Redis', () => {
    let client: { close(): Promise<void> };
    let both: Stores;
    beforeAll(async () => {
      redis = await startRedis();
      const connected = await createClient({ url: redis.url, disableOfflineQueue: true }).connect();
      client = connected;
      both = { ...stores, ...(await redisStores(connected)) };
    });
    afterAll(async () => {
      await client?.close();
      await redis?.stop();
    });
    holds(() => both);

    it('goes by the clock of Redis', async () => {
      expect(both.time).not.toBe(stores.time);
      expect(Math.abs((await both.time()) - Date.now())).toBeLessThan(5000);
    });
  });
});

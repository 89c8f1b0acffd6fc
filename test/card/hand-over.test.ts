// The way between the two origins, and what each of its bounds is worth: with a store that forgets one of them, the
// attack succeeds.
import {
  type ChallengeStore,
  createMfa,
  parseAccountId,
  Secret,
  type Session,
  sealingKeys,
  systemRandom,
} from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';
import { describe, expect, it } from 'vitest';
import { createHandOver, type HandOver } from '../../packages/gateway/src/card/hand-over.ts';
import { createMovingClock } from '../support/moving-clock.ts';

const clock = createMovingClock();
const sealing = sealingKeys('k1', { k1: new Secret(new Uint8Array(32).fill(7)) });
const asked = { person: '899700218896', way: 'step-up', resume: '' } as const;
const shown = { person: asked.person, fingerprint: 'f'.repeat(64), at: clock.now(), validTo: clock.now() };

interface Desk {
  readonly handOver: HandOver;
  session(login: string): Promise<Session>;
}

function desk(changed: (challenges: ChallengeStore) => ChallengeStore = (same) => same): Desk {
  const stores = memoryStores();
  const mfa = createMfa({
    stores,
    clock,
    keys: { sealing, digests: new Secret(new Uint8Array(32).fill(8)) },
    relyingParty: { id: 'portail.example', name: 'x', origins: ['https://portail.example'] },
  });
  const challenges = changed(stores.challenges);
  return {
    handOver: createHandOver({ challenges, sealing, clock, random: systemRandom }),
    session: async (login) => (await mfa.sessions.open(parseAccountId(login) ?? ('' as never), 'x')).session,
  };
}

/** Asks in one session, shows the card, and gives the name that the browser with the card gets. */
async function cardShown({ handOver }: Desk, session: Session): Promise<string> {
  const asking = await handOver.look(await handOver.ask(session, asked));
  return (asking && (await handOver.answer(asking, shown))) ?? '';
}

describe('the answer of the card listener', () => {
  it('is redeemed once, by the session that asked', async () => {
    const at = desk();
    const [doctor, other] = [await at.session('medecin-01'), await at.session('medecin-01')];
    const name = await cardShown(at, doctor);
    expect(await at.handOver.redeem(other, name)).toBeUndefined();
    expect(await at.handOver.redeem(doctor, name)).toEqual({ ...asked, ...shown });
    expect(await at.handOver.redeem(doctor, name)).toBeUndefined();
  });

  it('is held to its session by the seal as well, should a store forget it', async () => {
    const sessions = new Map<string, Session['id']>();
    const careless = (store: ChallengeStore): ChallengeStore => ({
      put: (challenge) => {
        sessions.set(challenge.id, challenge.session);
        return store.put(challenge);
      },
      peek: (id, purpose, session, now) => store.peek(id, purpose, sessions.get(id) ?? session, now),
      take: (id, purpose, session, now) => store.take(id, purpose, sessions.get(id) ?? session, now),
    });
    const at = desk(careless);
    const [doctor, thief] = [await at.session('medecin-01'), await at.session('medecin-01')];
    const name = await cardShown(at, doctor);
    // The seal is a second bound: it holds the session too, and what opens for another one is a broken store.
    await expect(at.handOver.redeem(thief, name)).rejects.toMatchObject({ code: 'ERR_MFA_SEALING' });
  });

  it('would be worth two proofs, did the store not spend it', async () => {
    const careless = (store: ChallengeStore): ChallengeStore => ({
      ...store,
      put: store.put,
      peek: store.peek,
      take: store.peek,
    });
    const at = desk(careless);
    const doctor = await at.session('medecin-01');
    const name = await cardShown(at, doctor);
    expect(await at.handOver.redeem(doctor, name)).toBeDefined();
    expect(await at.handOver.redeem(doctor, name)).toBeDefined();
  });

  it('goes to one of ten that answer at once', async () => {
    const at = desk();
    const asking = await at.handOver.look(await at.handOver.ask(await at.session('medecin-01'), asked));
    if (asking === undefined) throw new Error('nothing was asked');
    const names = await Promise.all(Array.from({ length: 10 }, () => at.handOver.answer(asking, shown)));
    expect(names.filter((name) => name !== undefined)).toHaveLength(1);
  });

  it('is not what the address names: neither the request nor its parts redeem anything', async () => {
    const at = desk();
    const doctor = await at.session('medecin-01');
    const text = await at.handOver.ask(doctor, asked);
    const asking = await at.handOver.look(text);
    expect(text).not.toContain(doctor.id);
    expect(text).not.toContain(asking?.id);
    expect(await at.handOver.redeem(doctor, asking?.id ?? '')).toBeUndefined();
    expect(await at.handOver.redeem(doctor, text)).toBeUndefined();
  });
});

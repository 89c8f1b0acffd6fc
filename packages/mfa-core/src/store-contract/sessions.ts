// SessionStore: a digest opens one session, until it is replaced or ended; then it opens nothing (A199, A206).
import { deepEqual, equal } from 'node:assert/strict';
import type { AccountId, TokenDigest } from '../ids.ts';
import type { Session } from '../session.ts';
import type { MfaStores } from '../stores.ts';
import type { Instant } from '../time.ts';
import { countOf, hundred, later, oddNames, race, type StoreCase, single } from './case.ts';
import { freshAccount, freshDigest, proofOf, sessionOf } from './material.ts';

async function opened(
  stores: MfaStores,
  at: Instant,
  account: AccountId = freshAccount(),
): Promise<{ readonly digest: TokenDigest; readonly session: Session }> {
  const [digest, session] = [freshDigest(), sessionOf(account, at)];
  await stores.sessions.create(digest, session);
  return { digest, session };
}

function elevated(session: Session, at: Instant): Session {
  return { ...session, seenAt: at, proofs: [...session.proofs, proofOf(at)] };
}

export const sessionCases: readonly StoreCase[] = [
  single('a session is opened by its digest and by no other', async (stores, clock) => {
    const { digest, session } = await opened(stores, clock.now());
    deepEqual(await stores.sessions.load(digest), session);
    equal(await stores.sessions.load(freshDigest()), undefined);
    equal(await stores.sessions.load(digest.toUpperCase() as TokenDigest), undefined);
  }),
  single(
    'a session that has outlived its limits is still there for the caller to judge',
    async (stores, clock) => {
      const { digest, session } = await opened(stores, later(clock.now(), -24 * 3_600_000));
      await opened(stores, clock.now());
      deepEqual(await stores.sessions.load(digest), session);
    },
  ),
  single(
    'after an elevation the new digest opens the session and the old one nothing',
    async (stores, clock) => {
      const { digest, session } = await opened(stores, clock.now());
      const [to, next] = [freshDigest(), elevated(session, later(clock.now(), 5))];
      equal(await stores.sessions.replace(digest, to, next), 'replaced');
      equal(await stores.sessions.load(digest), undefined);
      deepEqual(await stores.sessions.load(to), next);
      deepEqual(await stores.sessions.list(session.account), [next]);
      equal(await stores.sessions.replace(digest, freshDigest(), session), 'gone');
    },
  ),
  single('a session may be replaced under its own digest', async (stores, clock) => {
    const { digest, session } = await opened(stores, clock.now());
    const next = elevated(session, later(clock.now(), 5));
    equal(await stores.sessions.replace(digest, digest, next), 'replaced');
    deepEqual(await stores.sessions.load(digest), next);
    deepEqual(await stores.sessions.list(session.account), [next]);
  }),
  race('of a hundred elevations with one digest exactly one opens', async (stores, clock) => {
    const { digest, session } = await opened(stores, clock.now());
    const all = Array.from({ length: 100 }, () => freshDigest());
    const next = elevated(session, later(clock.now(), 5));
    const answers = await hundred((index) => stores.sessions.replace(digest, all[index] ?? digest, next));
    equal(countOf(answers, 'replaced'), 1);
    const open = await Promise.all(all.map((to) => stores.sessions.load(to)));
    equal(open.filter((one) => one !== undefined).length, 1);
    equal(
      open.findIndex((one) => one !== undefined),
      answers.indexOf('replaced'),
    );
  }),
  single('a session that was ended cannot be elevated', async (stores, clock) => {
    const { digest, session } = await opened(stores, clock.now());
    equal(await stores.sessions.end(session.account, [session.id]), 1);
    const to = freshDigest();
    equal(await stores.sessions.replace(digest, to, session), 'gone');
    equal(await stores.sessions.load(to), undefined);
  }),
  race('ending while elevating leaves no session, whoever comes first (A206)', async (stores, clock) => {
    const account = freshAccount();
    const all: Awaited<ReturnType<typeof opened>>[] = [];
    for (let count = 0; count < 20; count += 1) all.push(await opened(stores, clock.now(), account));
    const elevate = ({ digest, session }: (typeof all)[number]): Promise<unknown> =>
      stores.sessions.replace(digest, freshDigest(), session);
    const before = all.slice(0, 10).map(elevate);
    const end = stores.sessions.end(account, 'all');
    await Promise.all([...before, end, ...all.slice(10).map(elevate)]);
    deepEqual(await stores.sessions.list(account), []);
  }),
  single('touching moves the last use forward, never back, and nothing else', async (stores, clock) => {
    const { digest, session } = await opened(stores, clock.now());
    const seenAt = later(session.seenAt, 60_000);
    await stores.sessions.touch(digest, seenAt);
    await stores.sessions.touch(digest, later(seenAt, -1));
    deepEqual(await stores.sessions.load(digest), { ...session, seenAt });
    deepEqual(await stores.sessions.list(session.account), [{ ...session, seenAt }]);
  }),
  single('touching a session that is gone does not bring it back', async (stores, clock) => {
    const { digest, session } = await opened(stores, clock.now());
    await stores.sessions.end(session.account, 'all');
    await stores.sessions.touch(digest, later(clock.now(), 60_000));
    equal(await stores.sessions.load(digest), undefined);
    deepEqual(await stores.sessions.list(session.account), []);
  }),
  race('touching while elevating loses no proof', async (stores, clock) => {
    const { digest, session } = await opened(stores, clock.now());
    const next = elevated(session, later(clock.now(), 60_000));
    const touch = (): Promise<void> => stores.sessions.touch(digest, later(clock.now(), 60_000));
    const to = freshDigest();
    await Promise.all([touch(), stores.sessions.replace(digest, to, next), touch()]);
    deepEqual(await stores.sessions.load(to), next);
    equal(await stores.sessions.load(digest), undefined);
  }),
  single('sessions are listed newest first, and only those of the account', async (stores, clock) => {
    const account = freshAccount();
    const all: Session[] = [];
    for (const delay of [0, 20, 10]) {
      all.push((await opened(stores, later(clock.now(), delay), account)).session);
    }
    await opened(stores, clock.now());
    deepEqual(
      await stores.sessions.list(account),
      all.toSorted((a, b) => b.openedAt - a.openedAt),
    );
  }),
  single('an account ends the sessions it names, its own only, or all of them', async (stores, clock) => {
    const account = freshAccount();
    const [first, second, third] = [
      await opened(stores, clock.now(), account),
      await opened(stores, clock.now(), account),
      await opened(stores, clock.now(), account),
    ];
    const stranger = await opened(stores, clock.now());
    equal(await stores.sessions.end(account, [stranger.session.id]), 0);
    equal(await stores.sessions.end(account, []), 0);
    equal(await stores.sessions.end(account, [first.session.id, stranger.session.id]), 1);
    equal(await stores.sessions.load(first.digest), undefined);
    deepEqual(await stores.sessions.load(second.digest), second.session);
    equal(await stores.sessions.end(account, 'all'), 2);
    equal(await stores.sessions.load(third.digest), undefined);
    equal(await stores.sessions.end(account, 'all'), 0);
    deepEqual(await stores.sessions.load(stranger.digest), stranger.session);
  }),
  race('a hundred callers who end one session count it once', async (stores, clock) => {
    const { session } = await opened(stores, clock.now());
    const counts = await hundred(() => stores.sessions.end(session.account, [session.id]));
    equal(countOf(counts, 1), 1);
    equal(countOf(counts, 0), 99);
  }),
  single('odd account and browser names are kept apart and whole', async (stores, clock) => {
    const mark = freshAccount();
    for (const name of oddNames) {
      const session: Session = { ...sessionOf(`${name}${mark}` as AccountId, clock.now()), agent: name };
      await stores.sessions.create(freshDigest(), session);
      deepEqual(await stores.sessions.list(session.account), [session]);
    }
  }),
];

// Inputs nobody wrote down: every verb with values drawn from a seed, from plain junk to answers that were right a moment
// ago and had one thing changed. Always a typed refusal, within 50 ms of work, without a word of the input.
import { inspect } from 'node:util';
import { fakeRandom } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  aKey,
  bindKey,
  type Desk,
  openDesk,
  origin,
  signIn,
  ticketRight,
  withPhone,
} from './desk.ts';

const seed = process.env['PALIER_SEED'] ?? 'palier';
const ana = accountOf('ana');

/** A generator of whole numbers below `limit`, the same for the same seed. */
function dice(name: string): (limit: number) => number {
  const random = fakeRandom(`${seed} ${name}`);
  return (limit) => Buffer.from(random(6)).readUIntBE(0, 6) % limit;
}

type Roll = (limit: number) => number;

const mark = 'kuckuck';

/** Junk of every JSON shape and some that JSON has not; texts carry the mark, to be looked for in answers. */
function junk(roll: Roll, depth = 0): unknown {
  const kinds: readonly (() => unknown)[] = [
    () => undefined,
    () => null,
    () => roll(2) === 1,
    () => (roll(2) === 1 ? roll(1_000_000) : -roll(1_000_000) / 7),
    () => [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e308][roll(4)],
    () => BigInt(roll(1_000_000)),
    () => mark + String.fromCharCode(...Array.from({ length: roll(40) }, () => roll(65_536))),
    () => `${mark}${'9'.repeat(roll(3) === 0 ? 1_000_000 : roll(2_000))}`,
    () =>
      ['chl_', 'ses_', 'fac_', 'tkt-', 'sid_'][roll(5)] + Buffer.alloc(24, roll(256)).toString('base64url'),
    () => `${roll(1_000_000)}`.padStart(6, '0').slice(0, 5 + roll(3)),
    () => Buffer.from(Array.from({ length: roll(300) }, () => roll(256))).toString('base64url'),
    () => new Uint8Array(roll(100)),
    () => new Map([[mark, mark]]),
    () => new Date(roll(1_000_000)),
    () => Symbol(mark),
    () => () => mark,
  ];
  const deeper: readonly (() => unknown)[] = [
    () => Array.from({ length: roll(5) }, () => junk(roll, depth + 1)),
    () =>
      Object.fromEntries(
        [
          'kind',
          'code',
          'id',
          'rawId',
          'type',
          'response',
          'challenge',
          'action',
          '__proto__',
          'toJSON',
          'then',
        ]
          .filter(() => roll(3) === 0)
          .map((name) => [name, junk(roll, depth + 1)]),
      ),
  ];
  const choice = depth < 3 ? [...kinds, ...deeper] : kinds;
  return choice[roll(choice.length)]?.();
}

/** An answer of a key with one field of it replaced, cut, flipped or taken away. */
function bent(roll: Roll, answer: unknown): unknown {
  const copy = structuredClone(answer) as Record<string, unknown>;
  const inner = copy['response'] as Record<string, unknown>;
  const target = roll(3) === 0 ? copy : inner;
  const names = Object.keys(target);
  const name = names[roll(names.length)] ?? 'id';
  const old = target[name];
  const ways: readonly (() => unknown)[] = [
    () => junk(roll, 2),
    () => undefined,
    () => (typeof old === 'string' ? flipped(roll, old) : junk(roll, 2)),
    () => (typeof old === 'string' ? old.slice(0, roll(Math.max(1, old.length))) : null),
    () => (typeof old === 'string' ? `${old}${'A'.repeat(1 + roll(100_000))}` : []),
    () => bombs[roll(bombs.length)],
  ];
  target[name] = ways[roll(ways.length)]?.();
  return copy;
}

/** One bit of the bytes behind the text. */
function flipped(roll: Roll, text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length === 0) return 'AA';
  const at = roll(bytes.length);
  bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << roll(8)), at);
  return bytes.toString('base64url');
}

/** CBOR that nests, promises more than is there, or repeats without end (A179). */
const bombs: readonly string[] = [
  Buffer.concat([Buffer.alloc(20_000, 0x81), Buffer.from([0x00])]),
  Buffer.concat([Buffer.alloc(20_000, 0xa1), Buffer.from([0x00])]),
  Buffer.from([0xba, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0x9b, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  Buffer.concat([Buffer.from([0xbf]), Buffer.alloc(30_000, 0x00)]),
  Buffer.alloc(40_000, 0xd8),
].map((bytes) => bytes.toString('base64url'));

interface Tried {
  readonly desk: Desk;
  readonly refused: number;
  readonly slowest: number;
}

/** Runs an act that must be refused; counts its work. */
function watcher(): {
  refused(act: () => Promise<unknown>): Promise<void>;
  readonly tried: { count: number; slowest: number };
} {
  const tried = { count: 0, slowest: 0 };
  return {
    tried,
    refused: async (act) => {
      const begun = process.threadCpuUsage();
      const answer = await act();
      const { user, system } = process.threadCpuUsage(begun);
      tried.slowest = Math.max(tried.slowest, (user + system) / 1000);
      tried.count += 1;
      if ((answer as { readonly outcome?: string } | undefined)?.outcome !== 'refused')
        throw new Error(`was not refused with seed ${seed}`);
      if (JSON.stringify(answer).includes(mark)) throw new Error('the input came back');
    },
  };
}

async function junkAtEveryVerb(runs: number): Promise<Tried> {
  const roll = dice('verbs');
  const { refused, tried } = watcher();
  const desk = openDesk();
  const { mfa } = desk;
  const seat = await withPhone(desk, ana);
  for (let run = 0; run < runs; run += 1) {
    // Waiting times are another test's: every guess here is judged.
    desk.clock.advance(3600);
    // The right to change factors is there, so that what is given decides.
    const carded = await mfa.card.prove((await signIn(desk, ana)).token, 'certificate:x');
    if (carded.outcome === 'refused') throw new Error('no card');
    const { session, token } = carded;
    await desk.stores.attempts.clear({ account: ana, kind: 'code' });
    const [a, b, c] = [junk(roll), junk(roll), junk(roll)] as [never, never, never];
    const answer = {
      kind: ['totp', 'recovery-code', 'webauthn', a][roll(4)],
      code: b,
      challenge: c,
      response: a,
    } as never;
    await refused(() => mfa.stepUp.complete(token, answer));
    await refused(() => mfa.stepUp.complete(token, a));
    await refused(() => mfa.stepUp.complete(a, { kind: 'totp', code: b }));
    await refused(() => mfa.enrol.redeemTicket(session, a));
    await refused(() => mfa.enrol.begin(session, a, b, c));
    await refused(() => mfa.enrol.complete(token, a, b, c));
    await refused(() => mfa.enrol.complete(a, b, { code: c }));
    await refused(() => mfa.factors.rename(session, a, b));
    await refused(() => mfa.factors.remove(session, a));
    await refused(() => mfa.card.prove(a, 'certificate:x'));
    expect(await mfa.sessions.load(a)).toBeUndefined();
    expect(await mfa.enrol.offered(session, a)).toBeUndefined();
    expect(await mfa.resume.peek(session, a)).toBeUndefined();
    expect(await mfa.resume.take(session, a)).toBeUndefined();
    await mfa.sessions.end(session, 'person');
  }
  expect(JSON.stringify(desk.events)).not.toContain(mark);
  expect(seat.factor.id).toMatch(/^fac_/);
  return { desk, refused: tried.count, slowest: tried.slowest };
}

async function bentAnswers(runs: number): Promise<Tried> {
  const roll = dice('answers');
  const { refused, tried } = watcher();
  const desk = openDesk({ policy: { maxFactors: 100 } });
  const seat = await bindKey(desk, await signIn(desk, ana), undefined, aKey({ counter: 0 }));
  const { mfa } = desk;
  for (let run = 0; run < runs; run += 1) {
    desk.clock.advance(60);
    const { session, token } = await signIn(desk, ana);
    const begun = await mfa.stepUp.begin(session);
    if (begun.webauthn === undefined) throw new Error('no options');
    const right = await seat.key.get(begun.webauthn, origin);
    const wrong = bent(roll, right);
    // What was changed may be what nobody reads, such as a hint: then the answer is right, and may pass.
    if (!isSame(right, wrong)) {
      const { challenge } = begun;
      await refused(() => mfa.stepUp.complete(token, { kind: 'webauthn', challenge, response: wrong }));
    }
    const granted = await ticketRight(desk, { session, token: token as never });
    const enrolling = await mfa.enrol.begin(session, granted, { kind: 'webauthn' });
    if (enrolling.outcome === 'refused' || enrolling.webauthn === undefined) throw new Error('not begun');
    const made = await aKey().create(enrolling.webauthn, origin);
    const broken = bent(roll, made);
    const complete = () => mfa.enrol.complete(token, enrolling.challenge, { response: broken });
    // Without attestation nothing is signed at registration: another object, or a member nobody reads in the client data,
    // can be another good registration. Everything else must be refused.
    if (isSame(unsigned(made, broken), broken))
      expect(['refused', 'enrolled']).toContain((await complete()).outcome);
    else await refused(complete);
    await mfa.sessions.end(session, 'person');
  }
  expect(JSON.stringify(desk.events)).not.toContain(mark);
  return { desk, refused: tried.count, slowest: tried.slowest };
}

/** What was made, with the unsigned parts of the other. */
function unsigned(made: { readonly response: object }, broken: unknown): unknown {
  const { clientDataJSON, attestationObject } =
    (broken as { readonly response?: Record<string, unknown> }).response ?? {};
  return { ...made, response: { ...made.response, clientDataJSON, attestationObject } };
}

/** Fields that are read, as JSON: `transports`, extension results and the like are not. */
function isSame(right: unknown, bent: unknown): boolean {
  const read = (value: unknown): string => {
    const { id, rawId, type, response } = value as Record<string, unknown>;
    const { clientDataJSON, authenticatorData, signature, attestationObject, userHandle } = (response ??
      {}) as Record<string, unknown>;
    const kept = userHandle ?? undefined;
    // A handle left out is allowed: keys that keep none send none.
    const handle =
      kept === undefined ? (right as { response: { userHandle?: unknown } }).response.userHandle : kept;
    const all =
      attestationObject === undefined ? [authenticatorData, signature, handle] : [attestationObject];
    return [id, rawId, type, clientDataJSON, ...all]
      .map((one) => inspect(one, { maxStringLength: null }))
      .join('\n');
  };
  return read(right) === read(bent);
}

describe('input drawn from a seed', () => {
  it('is refused by every verb, quickly, and never comes back', async () => {
    const { refused, slowest } = await junkAtEveryVerb(150);
    expect(refused).toBe(1500);
    expect(slowest).toBeLessThan(50);
  }, 60_000);

  it('is refused as an answer that was right but for one thing', async () => {
    const { refused, slowest } = await bentAnswers(150);
    expect(refused).toBeGreaterThan(120);
    expect(slowest).toBeLessThan(50);
  }, 60_000);
});

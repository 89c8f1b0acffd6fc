// What people, scripts and attackers send: every verb answers a typed refusal, quickly, without a word of the input.
import { describe, expect, it } from 'vitest';
import { accountOf, bindKey, openDesk, signIn, ticketRight, withPhone } from './desk.ts';

const ana = accountOf('ana');
const megabyte = '1'.repeat(1_000_000);
/** A CBOR map nested 5,000 deep, and one that claims 2^32 entries (A179). */
const bombs = [
  Buffer.concat([Buffer.alloc(5_000, 0xa1), Buffer.from([0x00])]),
  Buffer.from([0xba, 0xff, 0xff, 0xff, 0xff]),
];

const texts: readonly unknown[] = [
  '',
  '1',
  '12345',
  '1234567',
  '0123456',
  ' 123456',
  '123 456',
  '\uff11\uff12\uff13\uff14\uff15\uff16',
  '123456\n',
  '1.23456e5',
  '000000',
  megabyte,
  '\u0000',
  'chl_',
  `chl_${'A'.repeat(32)}`,
  `ses_${'A'.repeat(32)}`,
  "' OR 1=1 --",
  '__proto__',
  123456,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  -1,
  true,
  false,
  null,
  undefined,
  [],
  ['000000'],
  Array(100_000).fill('000000'),
  {},
  { $ne: '' },
  { toString: () => '123456' },
  new Date(0),
  Symbol.iterator,
  () => '123456',
  10n,
];

const encoded = bombs.map((bytes) => bytes.toString('base64url'));
const responses: readonly unknown[] = [
  ...texts,
  { id: 'x', rawId: 'x', type: 'public-key', response: {} },
  {
    id: 'AAAA',
    rawId: 'AAAA',
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA' },
  },
  ...encoded.map((attestationObject) => ({
    id: 'AAAA',
    rawId: 'AAAA',
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: 'e30', attestationObject },
  })),
  {
    id: megabyte,
    rawId: megabyte,
    type: 'public-key',
    response: { clientDataJSON: megabyte, authenticatorData: megabyte, signature: megabyte },
  },
];

/** Runs the act and answers its outcome; more than 50 ms of work, or an exception, fails the test. */
async function swift(
  act: () => Promise<{ readonly outcome: string } | undefined>,
): Promise<string | undefined> {
  const begun = process.threadCpuUsage();
  const answer = await act();
  const { user, system } = process.threadCpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(50);
  return answer?.outcome;
}

describe('any input', () => {
  it.each(texts.map((text, index) => [index, text] as const))(
    'number %i is refused as a code, a ticket, a right and a challenge',
    async (_index, text) => {
      const desk = openDesk();
      const seat = await withPhone(desk, ana);
      const { mfa } = desk;
      const outcomes = [
        await swift(() => mfa.stepUp.complete(seat.token, { kind: 'totp', code: text })),
        await swift(() => mfa.stepUp.complete(seat.token, { kind: 'recovery-code', code: text })),
        await swift(() => mfa.enrol.redeemTicket(seat.session, text)),
        await swift(() => mfa.enrol.begin(seat.session, text, { kind: 'totp' })),
        await swift(() => mfa.enrol.complete(seat.token, text, { code: text }, text)),
        await swift(() => mfa.enrol.complete(seat.token, text, { response: text }, text)),
        await swift(() =>
          mfa.stepUp.complete(seat.token, { kind: 'webauthn', challenge: text, response: text }),
        ),
      ];
      expect(new Set(outcomes)).toEqual(new Set(['refused']));
      expect(await mfa.enrol.offered(seat.session, text)).toBeUndefined();
      expect(await mfa.resume.take(seat.session, text)).toBeUndefined();
    },
  );

  it.each(responses.map((response, index) => [index, response] as const))(
    'number %i is refused as an answer of a key',
    async (_index, response) => {
      const desk = openDesk();
      const seat = await bindKey(desk, await signIn(desk, ana));
      const begun = await desk.mfa.stepUp.begin(seat.session);
      expect(
        await swift(() =>
          desk.mfa.stepUp.complete(seat.token, { kind: 'webauthn', challenge: begun.challenge, response }),
        ),
      ).toBe('refused');
      const right = await ticketRight(desk, seat);
      const enrolling = await desk.mfa.enrol.begin(seat.session, right, { kind: 'webauthn' });
      if (enrolling.outcome !== 'begun') throw new Error('not begun');
      expect(await swift(() => desk.mfa.enrol.complete(seat.token, enrolling.challenge, { response }))).toBe(
        'refused',
      );
    },
  );

  it('never comes back in a refusal or an event', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const mark = 'kuckuck';
    const answers = [
      await desk.mfa.stepUp.complete(seat.token, { kind: 'totp', code: mark }),
      await desk.mfa.enrol.redeemTicket(seat.session, mark),
      await desk.mfa.enrol.complete(seat.token, mark, { code: mark }),
      await desk.mfa.stepUp.complete(seat.token, {
        kind: 'webauthn',
        challenge: mark,
        response: { id: mark },
      }),
    ];
    expect(JSON.stringify([answers, desk.events])).not.toContain(mark);
  });

  it('leaves no code, secret or token in the events of a whole day', async () => {
    const desk = openDesk();
    const seat = await withPhone(desk, ana);
    const { code } = await desk.mfa.tickets.issue(ana, 'desk', 600 as never);
    await desk.mfa.stepUp.complete(seat.token, { kind: 'recovery-code', code: seat.recoveryCodes[0] });
    const log = JSON.stringify(desk.events);
    for (const secret of [seat.token, code, ...seat.recoveryCodes, 'v1.', 'ses_', 'tkt-'])
      expect(log).not.toContain(secret);
  });
});

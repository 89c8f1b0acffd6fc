// How long it takes somebody who has the password to type his way to the ceiling, and who is told how often on the way. The
// documents say these numbers.
import { readFileSync } from 'node:fs';
import { type MfaEvent, type Seconds, secondsOf } from '@palier/mfa-core';
import { expect, it } from 'vitest';
import { accountOf, openDesk, signIn, withPhone } from './desk.ts';

const ana = accountOf('ana');
const page = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');

it('wrong codes as fast as the waits allow take 39 hours to fifty and 89 to a hundred, counted in each event', async () => {
  const desk = openDesk({ policy: { sessions: { idle: secondsOf(1e6), lifetime: secondsOf(1e6) } } });
  await withPhone(desk, ana);
  const { token } = await signIn(desk, ana);
  const began = desk.clock.now();
  const hours = (): number => (desk.clock.now() - began) / 3_600_000;
  const reached = new Map<number, number>();
  const counts: number[] = [];
  for (let guess = 1; guess <= 100; guess += 1) {
    reached.set(guess, hours());
    const done = await desk.mfa.stepUp.complete(token, { kind: 'totp', code: '000000' });
    const event = desk.events.findLast((one): one is Locked => one.type === 'locked');
    if (event !== undefined) counts.push(event.failures);
    const until = done.outcome === 'refused' ? (done.retryAt ?? desk.clock.now()) : desk.clock.now();
    desk.clock.advance(((until - desk.clock.now()) / 1000) as Seconds);
  }
  expect(counts.slice(0, -1)).toEqual(Array.from({ length: 95 }, (_, place) => place + 5));
  expect(desk.events.filter(({ type }) => type === 'factors-disabled')).toHaveLength(1);
  expect([Math.floor(reached.get(50) ?? 0), Math.floor(reached.get(100) ?? 0)]).toEqual([39, 89]);
  for (const path of ['packages/mfa-core/docs/limits.md', 'docs/alerts.md', 'SECURITY.md'])
    expect(page(path), path).toMatch(/89 hours/);
  for (const path of ['packages/mfa-core/docs/limits.md', 'docs/alerts.md'])
    expect(page(path), path).toMatch(/39 hours/);
});

type Locked = MfaEvent & { readonly type: 'locked' };

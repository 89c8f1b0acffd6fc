import { secondsOf } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import type { Denial } from '../gate/denial.ts';
import type { Route } from '../policy/route.ts';
import { problems } from './problems.ts';
import { acrOf, answerTo, type Manner } from './respond.ts';

const route = { id: 'GET /x', client: undefined } as unknown as Route;
const identity = {
  kind: 'account',
  account: 'a',
  class: 'gp',
  organisation: undefined,
  groups: [],
  displayName: 'A',
  source: 't',
} as never;
const requirement = { kind: 'step-up', accept: ['webauthn', 'card'], maxAge: secondsOf(900) } as const;
const manner: Manner = {
  client: 'program',
  language: 'en',
  stepUpUrl: 'https://portail.example/.palier/step-up',
  breakGlassUrl: 'https://portail.example/.palier/break-glass',
  signInPath: '/login',
};

const denials: readonly Denial[] = [
  { kind: 'sign-in', route },
  { kind: 'step-up', route, identity, requirement, because: 'no-proof' },
  { kind: 'step-up', route, identity, requirement, because: 'presence-used-up' },
  { kind: 'step-up', route, identity, requirement, because: 'stronger' },
  { kind: 'slow-down', route, retryAfter: secondsOf(90.5), cap: 'account' },
  {
    kind: 'refuse',
    route,
    refusal: { status: 405, reason: 'method-not-declared', close: false, allow: ['GET'] },
  },
  { kind: 'refuse', route: undefined, refusal: { status: 400, reason: 'bad-escape', close: true } },
  { kind: 'unavailable', reason: 'dependency' },
  { kind: 'unavailable', reason: 'portal-unreachable' },
];

describe('a cap that refuses honest work', () => {
  it.each([
    [
      'account',
      'en 24 heures. Celles d’aujourd’hui restent accessibles',
      'in 24 hours. Those of today stay open',
    ],
    ['new-records', 'Celles qu’il connaît déjà restent accessibles', 'Those it knows stay open'],
    ['organisation', 'Vous n’y êtes peut-être pour rien', 'It need not be your doing'],
    ['fleet', 'Vous n’y êtes pour rien', 'It is not your doing'],
    ['misses', 'Vérifiez les numéros saisis', 'Check the numbers you type'],
  ] as const)('says on page and problem body that it is that of %s, and what helps', (cap, fr, en) => {
    const denial: Denial = { kind: 'slow-down', route, retryAfter: secondsOf(5400), cap };
    const helps = cap !== 'misses';
    const page = (language: 'fr' | 'en'): string =>
      answerTo(denial, { ...manner, client: 'page', language }).body;
    expect(page('fr')).toContain(fr);
    expect(page('fr')).toMatch(/Réessayez dans 2 heures/);
    expect(page('en')).toContain(en);
    for (const language of ['fr', 'en'] as const)
      expect(page(language).includes('/.palier/break-glass')).toBe(helps);
    const body = JSON.parse(answerTo(denial, manner).body);
    expect(body).toMatchObject({ type: 'urn:palier:problem:cap-reached', cap, status: 429 });
    expect(body.detail).toContain(en);
    expect(body.breakGlassUrl).toBe(helps ? manner.breakGlassUrl : undefined);
    expect(JSON.parse(answerTo(denial, { ...manner, language: 'fr' }).body).detail).toContain(fr);
  });
});

describe('every denial', () => {
  it.each(denials)('is an error that nothing may keep: $kind', (denial) => {
    for (const client of ['program', 'page'] as const) {
      const answer = answerTo(denial, { ...manner, client });
      expect(answer.status === 303 || answer.status >= 400).toBe(true);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['x-frame-options']).toBe('DENY');
    }
  });

  it.each(denials)('is problem+json for a program and never HTML or a redirect: $kind', (denial) => {
    const answer = answerTo(denial, manner);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['location']).toBe(undefined);
    expect(JSON.parse(answer.body)).toMatchObject({
      status: answer.status,
      type: expect.stringMatching(/^urn:palier:problem:/),
    });
  });
});

describe('a step-up told to a program', () => {
  it('is the challenge of RFC 9470 with what would be enough and where', () => {
    const answer = answerTo(denials[1] as Denial, manner);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer error="insufficient_user_authentication", .*acr_values="phr", max_age="900"$/,
    );
    expect(JSON.parse(answer.body)).toMatchObject({
      stepUpUrl: manner.stepUpUrl,
      acrValues: ['phr'],
      maxAge: 900,
    });
  });

  it('names the weakest kind that is accepted', () => {
    expect(acrOf({ ...requirement, accept: ['card', 'totp'] })).toBe('mfa');
    expect(acrOf({ ...requirement, accept: ['card'] })).toBe('phrh');
  });
});

describe('a cap', () => {
  it('says when to come back in whole seconds, and not that a gesture would help', () => {
    const answer = answerTo(denials[4] as Denial, manner);
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('91');
    expect(answer.headers['www-authenticate']).toBe(undefined);
  });
});

describe('the words', () => {
  it('are there in both languages for every problem', () => {
    for (const { fr, en } of Object.values(problems)) {
      expect([fr.title, fr.detail, en.title, en.detail].every((text) => text.length > 5)).toBe(true);
      expect(fr.detail).not.toBe(en.detail);
    }
  });
});

// The portal's who-am-I in all the shapes it has: cookie or header, JSON or a page; one question however many wait.
import { fakeClock } from '@palier/mfa-core/testing';
import { describe, expect, it } from 'vitest';
import type { CanonicalRequest } from '../request/request.ts';
import { parseTarget } from '../request/target.ts';
import type { Answer } from './bounded-call.ts';
import type { Identity } from './identity.ts';
import { type PortalSessionRules, portalSession } from './portal-session.ts';

const clock = fakeClock();
const json: PortalSessionRules = {
  carrier: { kind: 'cookie', name: 'SID' },
  pointers: {
    account: '/login',
    class: '/class',
    organisation: undefined,
    groups: '/groups/*',
    name: undefined,
  },
  nobody: undefined,
  cacheMilliseconds: 5000,
  streamMilliseconds: 60_000,
};
const page: PortalSessionRules = {
  ...json,
  pointers: {
    account: { selector: '#account', attribute: 'data-login' },
    class: { selector: '#account .trade', attribute: undefined },
    organisation: undefined,
    groups: { selector: 'ul.groups li', attribute: undefined },
    name: { selector: 'h1', attribute: undefined },
  },
  nobody: { selector: 'form#login', attribute: undefined },
};

function request(headers: Readonly<Record<string, string>>): CanonicalRequest {
  const target = parseTarget('/');
  if ('refused' in target) throw new TypeError(target.refused);
  return {
    method: 'GET',
    ...target,
    host: 'localhost',
    headers: new Map(Object.entries(headers)),
    peer: '127.0.0.1',
    bodyLength: 0,
    upgrade: undefined,
  };
}

const answer = (text: string, status = 200): Answer => ({ status, headers: [], body: Buffer.from(text) });

function asked(rules: PortalSessionRules, given: Answer): Promise<Identity> {
  return portalSession(rules, async () => given, clock)(request({ cookie: 'SID=x', 'x-portal': 'x' }));
}

const nobody: Identity = { kind: 'anonymous' };

describe('a who-am-I', () => {
  it('in JSON is the account it names', async () => {
    expect(await asked(json, answer('{"login":"ph-1","class":"pharmacy","groups":["a","b"]}'))).toMatchObject(
      {
        account: 'ph-1',
        class: 'pharmacy',
        groups: ['a', 'b'],
        displayName: 'ph-1',
      },
    );
  });

  it('on a page is the account at the selector, as a browser reads the page', async () => {
    const text =
      '<h1>Pharmacie</h1><p id=account data-login=ph-1><b class="trade">pharmacy</b><ul class=groups><li>a<li>b';
    expect(await asked(page, answer(text))).toMatchObject({
      account: 'ph-1',
      class: 'pharmacy',
      groups: ['a', 'b'],
      displayName: 'Pharmacie',
    });
  });

  it('on a page for nobody is nobody where the configuration knows such a page, and broken where it does not', async () => {
    const text = '<form id=login></form>';
    expect(await asked(page, answer(text))).toEqual(nobody);
    await expect(asked({ ...page, nobody: undefined }, answer(text))).rejects.toThrow('names no account');
    await expect(asked(page, answer('<p>Maintenance'))).rejects.toThrow('names no account');
  });

  it('that names two accounts names none, also when one is written where only some readers look', async () => {
    const two = '<p id=account data-login=ph-1></p><p id=account data-login=dr-1></p>';
    await expect(asked(page, answer(two))).rejects.toThrow('several');
    await expect(asked(json, answer('{"login":"ph-1","login":"dr-1"}'))).rejects.toThrow('sound JSON');
    await expect(asked(json, answer('{"login":"ph-1","Login":"dr-1"}'))).rejects.toThrow('names no account');
    const commented = '<!-- <p id=account data-login=dr-1> --><p id=account data-login=ph-1>';
    expect(await asked(page, answer(commented))).toMatchObject({ account: 'ph-1' });
  });

  it('is nobody at 401, 403 and a redirect, and broken at anything else', async () => {
    for (const status of [301, 302, 303, 307, 401, 403])
      expect(await asked(json, answer('', status))).toEqual(nobody);
    for (const status of [201, 204, 400, 404, 429, 500, 502, 503])
      await expect(asked(json, answer('{"login":"ph-1"}', status))).rejects.toThrow(`${status}`);
  });
});

describe('the credential shown to it', () => {
  const lines = async (
    rules: PortalSessionRules,
    headers: Readonly<Record<string, string>>,
  ): Promise<readonly string[] | undefined> => {
    let shown: readonly string[] | undefined;
    const source = portalSession(
      rules,
      async (given) => {
        shown = given;
        return answer('{"login":"ph-1"}');
      },
      clock,
    );
    await source(request(headers));
    return shown;
  };
  const byHeader: PortalSessionRules = { ...json, carrier: { kind: 'header', name: 'x-portal' } };

  it('is the one cookie, or the one header, and nothing beside it', async () => {
    expect(await lines(json, { cookie: 'a=1; SID=abc; b=2', 'x-portal': 'z' })).toEqual([
      'Cookie',
      'SID=abc',
    ]);
    expect(await lines(byHeader, { cookie: 'SID=abc', 'x-portal': 'Bearer z' })).toEqual([
      'x-portal',
      'Bearer z',
    ]);
  });

  it('is nothing when it is not there, twice there or endless', async () => {
    expect(await lines(json, { cookie: 'SID=a; SID=b' })).toBe(undefined);
    expect(await lines(json, { cookie: 'SID=' })).toBe(undefined);
    expect(await lines(json, { 'x-portal': 'z' })).toBe(undefined);
    expect(await lines(byHeader, { cookie: 'SID=abc' })).toBe(undefined);
    expect(await lines(byHeader, { 'x-portal': 'z'.repeat(9000) })).toBe(undefined);
  });

  it('is never a password: the portal would judge guesses that nobody counts', async () => {
    const authorised: PortalSessionRules = { ...json, carrier: { kind: 'header', name: 'authorization' } };
    expect(await lines(authorised, { authorization: 'Basic YWxpY2U6d3Jvbmc=' })).toBe(undefined);
    expect(await lines(authorised, { authorization: 'digest username="alice"' })).toBe(undefined);
    expect(await lines(authorised, { authorization: 'Bearer abc' })).toEqual(['authorization', 'Bearer abc']);
  });

  it('is asked about once for a hundred requests, again after its time, and at once after a failure', async () => {
    let count = 0;
    let broken = true;
    const source = portalSession(
      byHeader,
      async () => {
        count += 1;
        if (broken) throw new Error('down');
        return answer('{"login":"ph-1"}');
      },
      clock,
    );
    const mine = request({ 'x-portal': 'z' });
    await expect(source(mine)).rejects.toThrow('down');
    broken = false;
    await Promise.all(Array.from({ length: 100 }, () => source(mine)));
    expect(count).toBe(2);
    await source(request({ 'x-portal': 'other' }));
    expect(count).toBe(3);
    clock.advance(5);
    await source(mine);
    expect(count).toBe(4);
    source.forget(mine);
    await source(mine);
    expect(count).toBe(5);
  });
});

describe('for what streams', () => {
  const mine = request({ cookie: 'SID=mine' });
  const other = request({ cookie: 'SID=other' });

  /** A portal that counts how often it is asked, and what it says. */
  function portal() {
    const asked = { times: 0, says: 200 };
    const source = portalSession(
      json,
      async () => {
        asked.times += 1;
        return answer('{"login":"ph-1"}', asked.says);
      },
      clock,
    );
    return { asked, source };
  }

  it('the portal is asked once a minute however often the stream is judged: it may take each for a sign of life', async () => {
    const { asked, source } = portal();
    for (let half = 0; half < 240; half += 1) {
      await source.whileStreaming(mine);
      clock.advance(0.5);
    }
    expect(asked.times).toBe(2);
  });

  it('control: judged as requests are, it would be asked every few seconds', async () => {
    const { asked, source } = portal();
    for (let half = 0; half < 240; half += 1) {
      await source(mine);
      clock.advance(0.5);
    }
    expect(asked.times).toBe(24);
  });

  it('what a request learned counts at once', async () => {
    const { asked, source } = portal();
    await source.whileStreaming(mine);
    asked.says = 401;
    clock.advance(6);
    expect((await source.whileStreaming(mine)).kind).toBe('account');
    await source(mine);
    expect(await source.whileStreaming(mine)).toEqual(nobody);
  });

  it('a sign-out makes it ask about who signed out, and about every request, and about nobody else’s stream', async () => {
    const { asked, source } = portal();
    for (const one of [mine, other]) await source.whileStreaming(one);
    source.forget(mine);
    asked.says = 401;
    expect(await source.whileStreaming(mine)).toEqual(nobody);
    expect((await source.whileStreaming(other)).kind).toBe('account');
    expect(await source(other)).toEqual(nobody);
  });

  it('an answer that clears the portal’s cookie or hands out another makes it ask; any other answer does not', async () => {
    for (const line of ['SID=; Max-Age=0', 'SID=another; Path=/', ' sid =x']) {
      const { asked, source } = portal();
      await source.whileStreaming(mine);
      asked.says = 401;
      source.answered({ request: mine }, { headers: [['X-Set-Cookie', line]] });
      source.answered({ request: mine }, { headers: [['Set-Cookie', `theme=${line}`]] });
      source.answered({ request: mine }, { headers: [['Set-Cookie', 'SID=mine; Path=/; HttpOnly']] });
      source.answered({ request: other }, { headers: [['Set-Cookie', line]] });
      expect((await source.whileStreaming(mine)).kind).toBe('account');
      source.answered({ request: mine }, { headers: [['Set-Cookie', line]] });
      expect(await source.whileStreaming(mine)).toEqual(nobody);
    }
  });
});

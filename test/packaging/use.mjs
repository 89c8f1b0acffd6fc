// Runs in a blank folder with the installed package, under any Node it promises: every subpath, both factors, a code
// used twice, a file of SQLite where this Node has it. Prints one line of JSON; throws when something is not as it is.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as core from '@palier/mfa-core';
import * as express from '@palier/mfa-core/express';
import * as contract from '@palier/mfa-core/store-contract';
import * as memory from '@palier/mfa-core/stores/memory';
import * as postgres from '@palier/mfa-core/stores/postgres';
import * as redis from '@palier/mfa-core/stores/redis';
import * as testing from '@palier/mfa-core/testing';
import * as verify from '@palier/mfa-core/verify-assertion';
import * as web from '@palier/mfa-core/web';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasSqlite = major > 22 || minor >= 13;
const sqlite = hasSqlite ? await import('@palier/mfa-core/stores/sqlite') : undefined;

const clock = testing.fakeClock();
const random = testing.fakeRandom('packaging');
const stores = sqlite?.sqliteStores('used.db') ?? memory.memoryStores();
const mfa = core.createMfa({
  stores,
  keys: {
    sealing: core.sealingKeys('k1', { k1: new core.Secret(random(32)) }),
    digests: new core.Secret(random(32)),
  },
  relyingParty: { id: 'portail.example', name: 'Portail', origins: ['https://portail.example'] },
  clock,
  random,
});

const ana = core.parseAccountId('ana');
const seat = await mfa.sessions.open(ana, 'test');
const { code: ticket } = await mfa.tickets.issue(ana, 'desk', core.secondsOf(600));
const { right } = await mfa.enrol.redeemTicket(seat.session, ticket);
const offer = await mfa.enrol.begin(seat.session, right, { kind: 'totp' });
const { secrets } = core.parseKeyUri(offer.totp.uri);
const code = () => testing.totpCode(secrets[0].secret, clock.now());
const bound = await mfa.enrol.complete(seat.token, offer.challenge, { code: code() }, 'phone');
assert.equal(bound.outcome, 'enrolled');
clock.advance(60);
const first = await mfa.stepUp.complete(bound.token, { kind: 'totp', code: code() });
assert.equal(first.outcome, 'stepped-up');
assert.equal((await mfa.stepUp.complete(first.token, { kind: 'totp', code: code() })).outcome, 'refused');

const { code: another } = await mfa.tickets.issue(ana, 'desk', core.secondsOf(600));
const { right: second } = await mfa.enrol.redeemTicket(first.session, another);
const asked = await mfa.enrol.begin(first.session, second, { kind: 'webauthn' });
const key = testing.softwareAuthenticator({ random });
const made = await key.create(asked.webauthn, 'https://portail.example');
const held = await mfa.enrol.complete(first.token, asked.challenge, { response: made }, 'key');
assert.equal(held.outcome, 'enrolled');
const begun = await mfa.stepUp.begin(held.session);
const response = await key.get(begun.webauthn, 'https://portail.example');
const shown = await mfa.stepUp.complete(held.token, {
  kind: 'webauthn',
  challenge: begun.challenge,
  response,
});
assert.equal(shown.outcome, 'stepped-up');
sqlite?.sqliteStores('used.db').close();

// A portal that is still CommonJS.
const required = createRequire(import.meta.url)('@palier/mfa-core');
assert.equal(required.createMfa, core.createMfa);

const names = { express, contract, memory, postgres, redis, verify, web };
for (const [name, exports] of Object.entries(names)) assert.ok(Object.keys(exports).length > 0, name);
console.log(JSON.stringify({ node: process.versions.node, sqlite: hasSqlite }));

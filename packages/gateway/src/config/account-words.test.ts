// Names of classes, groups and organisations that nobody can have.
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse.ts';
import { warningsOf } from './warnings.ts';

const portal = 'portal-session: { cookie: SID, ask: /api/me, account: /login }';
const tellsClass = portal.replace('account: /login', 'account: /login, class: /class');
const login = `
  - { match: POST /login, require: open }`;
const watched = (name: string): string =>
  `login-watched: { post: /login, field: login, cookie: SID, class: ${name} }`;

interface Written {
  readonly identity?: string;
  readonly when?: string;
  readonly budgets?: string;
  readonly more?: string;
}

function read({
  identity = portal,
  when = '',
  budgets = '',
  more = '',
}: Written): ReturnType<typeof parseConfig> {
  return parseConfig(
    `
origin: https://portail.example
upstream: http://127.0.0.1:8081
identity: [{ ${identity} }]
keys: { file: keys.json }
ledger: { directory: ledger, sealTo: dpo.jwk }
budgets: { ${budgets} }
routes:
  - { match: GET /, require: signed-in${when === '' ? '' : `, when: { ${when} }`} }${login}
  - match: GET /patients/{nir}
    require: { accept: second-factor, maxAge: 12h }
    records: { from: path, name: nir, as: nir }
${more}`,
    { environment: {}, readFile: () => '' },
  );
}

function refusals(written: Written): readonly string[] {
  const found = read(written);
  return 'problems' in found
    ? found.problems.map(({ path, problem, fix }) => `${path}: ${problem} | ${fix}`)
    : [];
}

function warnings(written: Written): readonly string[] {
  const found = read(written);
  if ('problems' in found) throw new TypeError(JSON.stringify(found.problems));
  return warningsOf(found.config)
    .map(({ path, problem, fix }) => `${path.join('.')}: ${problem} | ${fix}`)
    .filter((line) => line.includes('class'));
}

describe('where no source of identity says a class', () => {
  const nobodyHas = (name: string, all: string): string =>
    `no account can have the class "${name}": no source of identity says one, and all have ${all}`;
  const saySo = 'write class: <where the portal says it> at the source of identity, or leave this out';

  it('a budget for one is refused, built in or not, and that of default is not', () => {
    expect(
      refusals({ budgets: 'classes: { pharmacy: { misses: 9 }, default: { misses: 9 }, defualt: {} }' }),
    ).toEqual([
      `budgets.classes.pharmacy: ${nobodyHas('pharmacy', 'default')} | ${saySo}`,
      `budgets.classes.defualt: ${nobodyHas('defualt', 'default')} | did you mean "default"?`,
    ]);
    expect(refusals({ identity: tellsClass, budgets: 'classes: { pharmacy: { misses: 9 } }' })).toEqual([]);
  });

  it('a line of policy that asks for one is refused', () => {
    expect(refusals({ when: 'class: [gp, default]' })).toEqual([
      `routes[0].when: ${nobodyHas('gp', 'default')} | ${saySo}`,
    ]);
    expect(refusals({ identity: tellsClass, when: 'class: gp' })).toEqual([]);
  });

  it('the one that a source writes itself is all there is', () => {
    expect(refusals({ identity: watched('pharmacy'), when: 'class: pharmcy' })).toEqual([
      `routes[0].when: ${nobodyHas('pharmcy', 'pharmacy')} | did you mean "pharmacy"?`,
    ]);
    expect(refusals({ identity: watched('pharmacy'), when: 'class: pharmacy' })).toEqual([]);
  });
});

it('a group or an organisation that no source says is refused', () => {
  expect(refusals({ when: 'group: night', budgets: 'organisation: 3000' })).toEqual([
    'budgets.organisation: bounds nobody: no source of identity says which organisation an account belongs to | write organisation: <where the portal says it> at the source of identity, or leave this out',
    'routes[0].when: asks for a group, and no source of identity says one: it lets nobody in | write groups: <where the portal says them> at the source of identity',
  ]);
  const tellsAll = portal.replace('account: /login', 'account: /login, groups: /g/*, organisation: /o');
  expect(refusals({ identity: tellsAll, when: 'group: night', budgets: 'organisation: 3000' })).toEqual([]);
});

describe('where the portal says the class', () => {
  it('one that is nearly a class built in is told, unless it says all itself', () => {
    const said = warnings({ identity: tellsClass, budgets: 'classes: { pharmcy: { misses: 9 } }' });
    expect(said).toEqual([
      'budgets.classes.pharmcy: the class "pharmcy" is built in nowhere, and takes from default what it leaves out | did you mean "pharmacy"? if the portal does say "pharmcy", write key, day and newRecords too',
    ]);
    const whole =
      'key: { records: 80 }, day: { floor: 1, ceiling: 2, cardCeiling: 3 }, newRecords: { floor: 1, ceiling: 2 }';
    expect(warnings({ identity: tellsClass, budgets: `classes: { pharmacie: { ${whole} } }` })).toEqual([]);
    expect(warnings({ identity: tellsClass, budgets: 'classes: { night-desk: {}, vet: {} }' })).toEqual([]);
  });

  it('one that is asked for and nearly a known one is told', () => {
    const said = warnings({ identity: tellsClass, when: 'class: [laboratroy, visitor, gp]' });
    expect(said).toEqual([
      'routes.0.when: the class "laboratroy" asked for here is named nowhere else | did you mean "laboratory"? if the portal does say "laboratroy", give it a budget of its own',
    ]);
    expect(
      warnings({ identity: tellsClass, when: 'class: nursing', budgets: 'classes: { nursing: {} }' }),
    ).toEqual([]);
  });
});

it('a source that writes a class which nothing else names is told that it is worth nothing', () => {
  expect(warnings({ identity: watched('pharmcy') })).toEqual([
    'identity.0.login-watched.class: no budget is written for the class "pharmcy": its accounts have the numbers of default | did you mean "pharmacy"?',
  ]);
  expect(warnings({ identity: watched('pharmacy') })).toEqual([]);
  expect(warnings({ identity: watched('reception'), when: 'class: reception' })).toEqual([]);
});

describe('a record type', () => {
  it('that no route counts guards nothing as canary and exempts nobody at the desk', () => {
    expect(refusals({ budgets: 'canaries: { file: canaries, as: rpps }' })).toEqual([
      'budgets.canaries.as: no route counts records of type "rpps" | counted are: nir',
    ]);
    expect(refusals({ budgets: 'canaries: { file: canaries, as: nirr }' })).toEqual([
      'budgets.canaries.as: there is no record type "nirr" | did you mean "nir"? known: nir, rpps, finess',
    ]);
    expect(refusals({ budgets: 'canaries: { file: canaries, as: nir }' })).toEqual([]);
  });

  it('is not missed because the line that counts it cannot be read', () => {
    const found = read({
      budgets: 'canaries: { file: c, as: rpps }',
      more: '  - { match: GET /x, requir: open }',
    });
    expect('problems' in found && found.problems.map(({ path }) => path)).toEqual(['routes[3].requir']);
  });
});

it('a route or an upstream that is misspelt is told with the one that was meant', () => {
  const identity = portal.replace(
    'account: /login',
    'account: /login, signOut: [POST /logn], upstream: defautl',
  );
  expect(refusals({ identity })).toEqual([
    'identity[0].portal-session.signOut: no route is written "POST /logn" | did you mean "POST /login"?',
    'identity[0].portal-session.upstream: there is no upstream "defautl" | did you mean "default"? known: default',
  ]);
});

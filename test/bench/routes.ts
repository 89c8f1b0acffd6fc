// What more routes cost: the same look-ups with ten and with ten thousand declared, in turns, so that a busy machine slows
// both. Prints the median of rounds in nanoseconds a look-up. Run: node --conditions=palier-source test/bench/routes.ts
//
// `spread` asks for every route equally often: each look-up then also pays for memory no cache holds. `usual` asks for a
// hundred of them, as people do.

import { parsePattern } from '../../packages/gateway/src/policy/pattern.ts';
import {
  compilePolicy,
  matchRoute,
  type Policy,
  undeclared,
} from '../../packages/gateway/src/policy/policy.ts';
import type { Route } from '../../packages/gateway/src/policy/route.ts';
import { parseTarget } from '../../packages/gateway/src/request/target.ts';

const rounds = 41;
const lookUps = 20_000;

const blank = undeclared(compilePolicy([], 'default')).route;

function routeOf(index: number): Route {
  const shapes = [
    `/api/r${index}/{id}`,
    `/r${index}/list`,
    `/r${index}/{id}/rights/{kind}`,
    `/area/${index % 97}/r${index}`,
  ];
  const path = shapes[index % shapes.length] ?? '';
  const pattern = parsePattern(`GET ${path}`);
  if ('problem' in pattern) throw new TypeError(pattern.problem);
  return { ...blank, id: `GET ${path}`, ...pattern, requirement: { kind: 'signed-in' }, line: index };
}

const concrete = ({ id }: Route): string => id.slice(4).replace('{id}', '12345').replace('{kind}', 'full');

interface Contestant {
  readonly name: string;
  readonly policy: Policy;
  readonly targets: readonly string[];
}

function contestants(): readonly Contestant[] {
  const all = Array.from({ length: 10_000 }, (_, index) => routeOf(index));
  const policies = { ten: compilePolicy(all.slice(0, 10), 'default'), many: compilePolicy(all, 'default') };
  return [
    { name: '10', policy: policies.ten, targets: all.slice(0, 10).map(concrete) },
    {
      name: '10,000 usual',
      policy: policies.many,
      targets: all.filter((_, index) => index % 100 === 7).map(concrete),
    },
    { name: '10,000 spread', policy: policies.many, targets: all.map(concrete) },
  ];
}

/** Nanoseconds a look-up over targets parsed beforehand, each time from strings of its own, as they come from sockets. */
function round({ policy, targets }: Contestant, seed: number): number {
  const requests = Array.from({ length: lookUps }, (_, index) => {
    const target = targets[(index * 7919 + seed) % targets.length] ?? '';
    const parsed = parseTarget(Buffer.from(target).toString('latin1'));
    if ('refused' in parsed) throw new TypeError(parsed.refused);
    return { method: 'GET', segments: parsed.segments };
  });
  let found = 0;
  const from = process.hrtime.bigint();
  for (const request of requests) if ('route' in matchRoute(policy, request)) found += 1;
  const taken = Number(process.hrtime.bigint() - from);
  if (found !== lookUps) throw new Error(`${lookUps - found} look-ups found no route`);
  return taken / lookUps;
}

const all = contestants();
const taken = new Map<string, number[]>(all.map(({ name }) => [name, []]));
for (let turn = -6; turn < rounds; turn += 1)
  for (const one of all) {
    const nanoseconds = round(one, turn + 100);
    if (turn >= 0) taken.get(one.name)?.push(nanoseconds);
  }

const median = (name: string): number =>
  taken.get(name)?.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
for (const { name } of all) {
  const more = median(name) - median('10');
  console.info(
    `${name.padEnd(14)} ${median(name).toFixed(0).padStart(5)} ns${name === '10' ? '' : `  (+${more.toFixed(0)} ns)`}`,
  );
}

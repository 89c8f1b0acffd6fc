// The few conditions operators really use, judged at one instant. All of a route's conditions must hold.
import type { Instant } from '@palier/mfa-core';
import type { Identity } from '../identity/identity.ts';
import { inAny, type Network, parseNetwork } from './network.ts';
import type { Condition } from './route.ts';

/** Whether a condition holds for who asks, from where, now. An anonymous identity has no class and no group. */
export function holds(condition: Condition, identity: Identity, peer: string, now: Instant): boolean {
  switch (condition.kind) {
    case 'class':
      return identity.kind === 'account' && condition.anyOf.includes(identity.class);
    case 'group':
      return identity.kind === 'account' && identity.groups.some((group) => condition.anyOf.includes(group));
    case 'network':
      return inAny(networksOf(condition.anyOf), peer);
    case 'time':
      return inHours(condition, now);
  }
}

const read = new WeakMap<readonly string[], readonly Network[]>();

/** The networks of a condition, read once. The configuration was checked; one that cannot be read here is a mistake of ours. */
function networksOf(texts: readonly string[]): readonly Network[] {
  const known = read.get(texts);
  if (known !== undefined) return known;
  const networks = texts.map((text) => {
    const network = parseNetwork(text);
    if ('refused' in network) throw new TypeError('a condition holds a network that was never checked');
    return network;
  });
  read.set(texts, networks);
  return networks;
}

type Hours = Condition & { readonly kind: 'time' };

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const options = {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  } as const;
  const clock = new Intl.DateTimeFormat('en-GB', options);
  clocks.set(zone, clock);
  return clock;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * `HH:MM` on the clock of the zone, from inclusive, to exclusive. A span over midnight wraps, and its small hours belong
 * to the day it began on: Friday 22:00 to 06:00 ends on Saturday morning.
 */
function inHours({ from, to, zone, days: allowed }: Hours, now: Instant): boolean {
  const parts = clockOf(zone).formatToParts(now);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const time = `${part('hour')}:${part('minute')}`;
  const today = days.indexOf(part('weekday')) + 1;
  if (from <= to) return time >= from && time < to && allowed.includes(today);
  const yesterday = today === 1 ? 7 : today - 1;
  return (time >= from && allowed.includes(today)) || (time < to && allowed.includes(yesterday));
}

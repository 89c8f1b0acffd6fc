// The few conditions operators really use, judged at one instant. All of a route's conditions must hold.
import { BlockList, isIP } from 'node:net';
import type { Instant } from '@palier/mfa-core';
import type { Identity } from '../identity/identity.ts';
import type { Condition } from './route.ts';

/** Whether a condition holds for who asks, from where, now. An anonymous identity has no class and no group. */
export function holds(condition: Condition, identity: Identity, peer: string, now: Instant): boolean {
  switch (condition.kind) {
    case 'class':
      return identity.kind === 'account' && condition.anyOf.includes(identity.class);
    case 'group':
      return identity.kind === 'account' && identity.groups.some((group) => condition.anyOf.includes(group));
    case 'network':
      return inNetworks(condition.anyOf, peer);
    case 'time':
      return inHours(condition, now);
  }
}

const lists = new WeakMap<readonly string[], BlockList>();

function inNetworks(networks: readonly string[], peer: string): boolean {
  const family = isIP(peer);
  if (family === 0) return false;
  const list = lists.get(networks) ?? blockList(networks);
  lists.set(networks, list);
  return list.check(peer, family === 6 ? 'ipv6' : 'ipv4');
}

/** `10.1.0.0/16` or `2001:db8::/32`; the configuration was checked by `parseNetwork`. */
function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** `HH:MM` in the zone, from inclusive, to exclusive; a span over midnight wraps. Days are 1 (Monday) to 7. */
function inHours(condition: Condition & { readonly kind: 'time' }, now: Instant): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: condition.zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const clock = `${part('hour')}:${part('minute')}`;
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')) + 1;
  const inside =
    condition.from <= condition.to
      ? clock >= condition.from && clock < condition.to
      : clock >= condition.from || clock < condition.to;
  return inside && condition.days.includes(day);
}

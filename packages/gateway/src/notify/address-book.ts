// Where an account's notices go: the address the portal's who-am-I names, and the one it named before. An attacker who
// changes the address first is told of at the old one too. In memory: after a restart the next visit fills it again.

import type { AccountId } from '@palier/mfa-core';
import { keepNewest } from '../bounded-map.ts';
import type { Identity } from '../identity/identity.ts';

export interface AddressBook {
  note(identity: Identity): void;
  of(account: AccountId): readonly string[];
}

const mailbox = /^[^\s@<>",;:\p{C}]{1,64}@[A-Za-z0-9.-]{1,190}$/u;
const kept = 2;

export function createAddressBook(capacity = 100_000): AddressBook {
  const addresses = new Map<AccountId, readonly string[]>();
  return {
    note: (identity) => {
      if (identity.kind !== 'account' || identity.address === undefined) return;
      const { account, address } = identity;
      const known = addresses.get(account) ?? [];
      if (known[0] === address || !mailbox.test(address)) return;
      const newest = [address, ...known.filter((one) => one !== address)].slice(0, kept);
      keepNewest(addresses, account, newest, capacity);
    },
    of: (account) => addresses.get(account) ?? [],
  };
}

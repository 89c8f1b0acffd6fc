// Stores made of calls: every verb of every port goes through one function. For wrapping real stores in tests, never
// for standing in for one.
import type { MfaStores } from '@palier/mfa-core';
import { memoryStores } from '@palier/mfa-core/stores/memory';

export interface Call {
  readonly port: string;
  readonly verb: string;
  readonly values: readonly unknown[];
}

export type Dispatch = (call: Call) => Promise<unknown>;

/** Stores of the full shape whose verbs all end in `dispatch`. */
export function storesOf(dispatch: Dispatch): MfaStores {
  const ports = Object.entries(memoryStores()).map(([port, verbs]) => {
    const own = Object.keys(verbs).map((verb) => [
      verb,
      (...values: unknown[]) => dispatch({ port, verb, values }),
    ]);
    return [port, Object.fromEntries(own)];
  });
  return Object.fromEntries(ports) as MfaStores;
}

/** Carries a call out on real stores. */
export async function perform(stores: MfaStores, { port, verb, values }: Call): Promise<unknown> {
  const target: unknown = Reflect.get(stores, port);
  if (typeof target !== 'object' || target === null) throw new TypeError(`no port ${port}`);
  const act: unknown = Reflect.get(target, verb);
  if (typeof act !== 'function') throw new TypeError(`no verb ${port}.${verb}`);
  return Reflect.apply(act, target, values);
}

/** Sends each call to the next of several stores in turn, as requests reach several instances. */
export function inTurn(all: readonly [MfaStores, ...MfaStores[]]): MfaStores {
  let turn = 0;
  return storesOf((call) => {
    turn += 1;
    return perform(all[turn % all.length] ?? all[0], call);
  });
}

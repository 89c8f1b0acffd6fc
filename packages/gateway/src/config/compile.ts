// From a document of the right shape to a configuration: routes compiled, classes filled, names resolved. What makes no
// sense together is told by contradictions.ts; nothing here refuses.
import { secondsOf } from '@palier/mfa-core';
import type { Route } from '../policy/route.ts';
import { budgetDefaults } from './budget-defaults.ts';
import type { BudgetClass, Budgets } from './budget-settings.ts';
import { compileRoute } from './compile-routes.ts';
import { compileSignIns } from './compile-sign-in.ts';
import type { Config } from './config.ts';
import { contradictions } from './contradictions.ts';
import type { IdentitySetting } from './identity-settings.ts';
import type { Objection } from './issues.ts';
import type { WrittenConfig } from './schema.ts';
import type { WrittenBudgets } from './schema-budgets.ts';

export interface Compiled {
  readonly config: Config;
  readonly objections: readonly Objection[];
}

/** `lineOf` gives the line of a route by its index, for messages and `explain`. */
export function compileConfig(written: WrittenConfig, lineOf: (index: number) => number): Compiled {
  const defaultUpstream = defaultOf(written);
  const around = {
    defaultUpstream,
    signOut: new Set(written.identity.flatMap(({ signOut }) => signOut)),
    bodyLimit: written.limits.body,
    lineOf,
  };
  const { upstream, ...same } = written;
  const plain: readonly Route[] = written.routes.map((route, index) => compileRoute(route, index, around));
  const identity = written.identity.map(({ setting }) => withUpstream(setting, written, defaultUpstream));
  const { routes, objections } = compileSignIns(plain, written.routes, identity);
  const config: Config = {
    ...same,
    upstreams: upstream,
    defaultUpstream,
    routes,
    hosts: new Set([written.origin.host, ...written.hosts]),
    identity,
    budgets: budgetsOf(written.budgets),
    sessions: sessionsOf(written),
    stores: { ...written.stores, shared: written.stores.shared ?? written.stores.durable },
  };
  return { config, objections: [...objections, ...contradictions(config, written)] };
}

function defaultOf({ upstream }: WrittenConfig): string {
  return upstream.has('default') ? 'default' : ([...upstream.keys()][0] ?? 'default');
}

/** A source that names no upstream asks the default one, whatever that is called. */
function withUpstream(
  setting: IdentitySetting,
  { upstream }: WrittenConfig,
  defaultUpstream: string,
): IdentitySetting {
  const unnamed =
    setting.kind === 'portal-session' && setting.upstream === 'default' && !upstream.has('default');
  return unnamed ? { ...setting, upstream: defaultUpstream } : setting;
}

const hour = 3600;

/**
 * Our session is worth nothing without the identity it belongs to. Where that is the portal's session, the portal ends it
 * after silence and asks for the password again, which together with our cookie is the reauthentication with one factor
 * that NIST SP 800-63B-4 section 2.2.3 allows after inactivity: a second gesture would add none. Elsewhere we watch.
 */
function sessionsOf({ sessions, identity }: WrittenConfig): Config['sessions'] {
  const { lifetime } = sessions;
  const portalWatches = identity.every(({ setting }) => setting.kind === 'portal-session');
  const usual = secondsOf(portalWatches ? 12 * hour : hour);
  return { ...sessions, idle: sessions.idle ?? secondsOf(Math.min(usual, lifetime)) };
}

function budgetsOf(written: WrittenBudgets): Budgets {
  return { ...written, classes: classesOf(written) };
}

/** Declared classes fill up from the built-in one of their name, or from `default`. */
function classesOf(written: WrittenBudgets): ReadonlyMap<string, BudgetClass> {
  const classes = new Map(budgetDefaults);
  // `default` before those that lean on it, wherever it is written.
  const first = (name: string): number => (name === 'default' ? 0 : 1);
  const declared = Object.entries(written.classes).toSorted(([a], [b]) => first(a) - first(b));
  for (const [name, given] of declared) {
    const base = classes.get(name) ?? classes.get('default');
    if (base !== undefined) classes.set(name, filled(given, base));
  }
  return classes;
}

function filled(given: WrittenBudgets['classes'][string], base: BudgetClass): BudgetClass {
  return {
    code: given.code === 'none' ? undefined : (given.code ?? base.code),
    key: given.key ?? base.key,
    day: given.day ?? base.day,
    newRecords: given.newRecords ?? base.newRecords,
    misses: given.misses ?? base.misses,
  };
}

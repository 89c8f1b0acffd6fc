// From a document of the right shape to a configuration: routes compiled, classes filled, names resolved. What makes no
// sense together is told by contradictions.ts; nothing here refuses.
import type { Route } from '../policy/route.ts';
import { budgetDefaults } from './budget-defaults.ts';
import type { BudgetClass, Budgets } from './budget-settings.ts';
import { compileRoute } from './compile-routes.ts';
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
  const routes: readonly Route[] = written.routes.map((route, index) => compileRoute(route, index, around));
  const config: Config = {
    ...same,
    upstreams: upstream,
    defaultUpstream,
    routes,
    hosts: new Set([written.origin.host, ...written.hosts]),
    identity: written.identity.map(({ setting }) => withUpstream(setting, written, defaultUpstream)),
    budgets: budgetsOf(written.budgets),
    stores: { durable: written.stores.durable, shared: written.stores.shared ?? written.stores.durable },
  };
  return { config, objections: contradictions(config, written) };
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

function budgetsOf(written: WrittenBudgets): Budgets {
  const { organisation, fleet, canaries } = written;
  return { classes: classesOf(written), organisation, fleet, canaries };
}

/** Declared classes fill up from the built-in one of their name, or from `default`. */
function classesOf(written: WrittenBudgets): ReadonlyMap<string, BudgetClass> {
  const classes = new Map(budgetDefaults);
  for (const [name, given] of Object.entries(written.classes)) {
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

// What tells accounts apart (class, groups, organisation) and is written where no source of identity says it. A budget of
// a class that nobody has bounds nobody, and a condition on it lets nobody in. Where a source reads the class from the
// portal only the portal knows its words: what looks like a slip there is told and stops nothing.
import { budgetDefaults } from './budget-defaults.ts';
import type { BudgetClass } from './budget-settings.ts';
import type { Config } from './config.ts';
import type { IdentitySetting } from './identity-settings.ts';
import { type Objection, objection, type Path } from './issues.ts';
import { didYouMean } from './nearest.ts';
import type { WrittenConfig } from './schema.ts';

export function ofAccountWords(config: Config, written: WrittenConfig): readonly Objection[] {
  return [...ofClassNames(config, written), ...ofGroups(config), ...ofOrganisations(config)];
}

/** The sources that make somebody known; a card that does not sign in proves and names nobody. */
function namingSources({ identity }: Config): readonly (readonly [number, IdentitySetting])[] {
  return [...identity.entries()].filter(([, one]) => one.kind !== 'client-certificate' || one.signsIn);
}

function says(config: Config, word: 'class' | 'groups' | 'organisation'): boolean {
  return namingSources(config).some(([, one]) => 'pointers' in one && one.pointers[word] !== undefined);
}

/** Classes that are written in a source itself, for everybody it makes known. */
function fixedClasses(config: Config): readonly (readonly [Path, string])[] {
  return namingSources(config).flatMap(([index, one]) =>
    'class' in one ? [[['identity', index, one.kind, 'class'], one.class] as const] : [],
  );
}

/** Every class that an account can have; undefined where a source reads it from elsewhere. */
function possibleClasses(config: Config): ReadonlySet<string> | undefined {
  if (says(config, 'class')) return undefined;
  const fixed = fixedClasses(config).map(([, name]) => name);
  const unsaid = namingSources(config).some(([, one]) => 'pointers' in one);
  return new Set(unsaid ? [...fixed, usual] : fixed);
}

/** Every class that can be meant: those an account can have, or those that are built in or written somewhere. */
export function namedClasses(config: Config): ReadonlySet<string> {
  const written = [...fixedClasses(config), ...askedClasses(config)].map(([, name]) => name);
  return possibleClasses(config) ?? new Set([...config.budgets.classes.keys(), ...written]);
}

export function isOrganisationSaid(config: Config): boolean {
  return says(config, 'organisation');
}

const usual = 'default';

/** Where a line of policy asks for a class. */
function askedClasses({ routes }: Config): readonly (readonly [Path, string])[] {
  return routes.flatMap(({ conditions }, index) =>
    conditions.flatMap((one) =>
      one.kind === 'class' ? one.anyOf.map((name) => [['routes', index, 'when'], name] as const) : [],
    ),
  );
}

function ofClassNames(config: Config, { budgets }: WrittenConfig): readonly Objection[] {
  const possible = possibleClasses(config);
  if (possible === undefined) return [];
  const declared = Object.keys(budgets.classes)
    .filter((name) => name !== usual)
    .map((name) => [['budgets', 'classes', name], name] as const);
  return [...declared, ...askedClasses(config)].flatMap(([path, name]) =>
    possible.has(name) ? [] : [impossible(path, name, possible)],
  );
}

function impossible(path: Path, name: string, possible: ReadonlySet<string>): Objection {
  const can = [...possible];
  return objection(
    path,
    `no account can have the class "${name}": no source of identity says one, and all have ${can.join(', ')}`,
    didYouMean(name, can) ??
      'write class: <where the portal says it> at the source of identity, or leave this out',
  );
}

function ofGroups(config: Config): readonly Objection[] {
  if (says(config, 'groups')) return [];
  return config.routes.flatMap(({ conditions }, index) =>
    conditions.some(({ kind }) => kind === 'group')
      ? [
          objection(
            ['routes', index, 'when'],
            'asks for a group, and no source of identity says one: it lets nobody in',
            'write groups: <where the portal says them> at the source of identity',
          ),
        ]
      : [],
  );
}

function ofOrganisations(config: Config): readonly Objection[] {
  if (config.budgets.organisation === undefined || says(config, 'organisation')) return [];
  return [
    objection(
      ['budgets', 'organisation'],
      'bounds nobody: no source of identity says which organisation an account belongs to',
      'write organisation: <where the portal says it> at the source of identity, or leave this out',
    ),
  ];
}

/** What looks like a slip where the portal alone knows its words. */
export function classWarnings(config: Config): readonly Objection[] {
  return [...nearClasses(config), ...fixedWithoutBudget(config)];
}

/** Shorter ones have too many neighbours to be told that one of them was meant. */
const shortest = 4;

function nearClasses(config: Config): readonly Objection[] {
  const { classes } = config.budgets;
  const fixed = new Set(fixedClasses(config).map(([, name]) => name));
  const asked = askedClasses(config);
  const used = new Set([...fixed, ...asked.map(([, name]) => name)]);
  const declared = [...classes].filter(
    ([name, own]) => !budgetDefaults.has(name) && !used.has(name) && leansOnDefault(own, classes),
  );
  return [
    ...declared.flatMap(([name]) =>
      near(['budgets', 'classes', name], name, [...budgetDefaults.keys(), ...used], {
        problem: 'is built in nowhere, and takes from default what it leaves out',
        otherwise: `if the portal does say "${name}", write key, day and newRecords too`,
      }),
    ),
    ...asked.flatMap(([path, name]) =>
      classes.has(name) || fixed.has(name)
        ? []
        : near(path, name, [...classes.keys(), ...fixed], {
            problem: 'asked for here is named nowhere else',
            otherwise: `if the portal does say "${name}", give it a budget of its own`,
          }),
    ),
  ];
}

/** A class that says all itself is known to be one; compile.ts takes what is left out as it stands in default. */
function leansOnDefault(
  { key, day, newRecords }: BudgetClass,
  classes: ReadonlyMap<string, BudgetClass>,
): boolean {
  const base = classes.get(usual);
  return key === base?.key || day === base?.day || newRecords === base?.newRecords;
}

interface Words {
  readonly problem: string;
  readonly otherwise: string;
}

function near(path: Path, name: string, known: readonly string[], words: Words): readonly Objection[] {
  const asked = name.length < shortest ? undefined : didYouMean(name, known);
  if (asked === undefined) return [];
  return [objection(path, `the class "${name}" ${words.problem}`, `${asked} ${words.otherwise}`)];
}

function fixedWithoutBudget(config: Config): readonly Objection[] {
  const { classes } = config.budgets;
  const asked = new Set(askedClasses(config).map(([, name]) => name));
  return fixedClasses(config).flatMap(([path, name]) => {
    if (classes.has(name) || asked.has(name)) return [];
    const known = [...classes.keys()];
    return [
      objection(
        path,
        `no budget is written for the class "${name}": its accounts have the numbers of default`,
        didYouMean(name, known) ?? `declare it under budgets.classes, or name one of ${known.join(', ')}`,
      ),
    ];
  });
}

// Whether a body holds only what its route declared. A portal that reads `patientId` where the operator declared `nir` would
// show a person nobody counted, as long as the declared one is there too; so on routes whose request names persons what
// was not declared is refused (A095, A116), unless the line says `members: any`.
import type { Route } from '../policy/route.ts';
import type { Pairs } from '../request/query.ts';
import type { JsonValue } from '../request/strict-json.ts';

/** What was not declared. Without a name where there is none to be told: a field without a value may be one. */
export interface Stray {
  readonly name: string | undefined;
}

/** The first field of a form that was not declared; undefined where all were. */
export function strayField(
  pairs: Pairs,
  { records, body }: Pick<Route, 'records' | 'body'>,
): Stray | undefined {
  const members = body?.members ?? [];
  if (members === 'any') return undefined;
  const declared = new Set(members);
  for (const rule of records) if (rule.from === 'form') declared.add(rule.name);
  const stray = pairs.filter(([name]) => !declared.has(name));
  return stray.length === 0 ? undefined : { name: stray.find(([, value]) => value !== '')?.[0] };
}

/**
 * The first member of a JSON body that was not declared: a declared one is with all below it, and what lies on the way to
 * it. Undefined where all were.
 */
export function strayMember(
  value: JsonValue,
  { records, body }: Pick<Route, 'records' | 'body'>,
): Stray | undefined {
  const members = body?.members ?? [];
  if (members === 'any') return undefined;
  const counted = records.flatMap((rule) => (rule.from === 'json' ? [rule.pointer] : []));
  return strayIn(value, [...counted, ...members].map(stepsOf), undefined);
}

/** A name is a member of the outermost object; a pointer (RFC 6901, `*` for any item) may lead deeper. */
function stepsOf(member: string): readonly string[] {
  if (member === '') return [];
  if (!member.startsWith('/')) return [member];
  return member
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `ways`: what is left of the declared paths that led to this value, which is called `name`. */
function strayIn(
  value: JsonValue,
  ways: readonly (readonly string[])[],
  name: string | undefined,
): Stray | undefined {
  if (ways.length === 0) return { name };
  if (ways.some((way) => way.length === 0)) return undefined;
  // A scalar where more was declared: what is counted there is judged by its own rule.
  if (value.kind !== 'object' && value.kind !== 'array') return undefined;
  const below =
    value.kind === 'object'
      ? [...value.members].map(([member, inner]) => strayIn(inner, onwards(ways, member, false), member))
      : value.items.map((item, index) => strayIn(item, onwards(ways, String(index), true), name));
  return below.find((stray) => stray !== undefined);
}

function onwards(
  ways: readonly (readonly string[])[],
  step: string,
  inArray: boolean,
): readonly (readonly string[])[] {
  return ways.filter(([first]) => first === step || (inArray && first === '*')).map((way) => way.slice(1));
}

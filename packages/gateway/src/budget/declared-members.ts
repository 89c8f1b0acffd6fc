// Whether a body holds only what its route declared. A portal that reads `patientId` where the operator declared `nir` would
// show a person nobody counted, as long as the declared one is there too; so on routes whose request names persons what
// was not declared is refused (A095, A116), unless the line says `members: any`.
import type { Route } from '../policy/route.ts';
import type { Pairs } from '../request/query.ts';
import type { JsonValue } from '../request/strict-json.ts';

/** Whether every field of a form was declared. */
export function hasOnlyDeclaredFields(
  pairs: Pairs,
  { records, body }: Pick<Route, 'records' | 'body'>,
): boolean {
  const members = body?.members ?? [];
  if (members === 'any') return true;
  const declared = new Set(members);
  for (const rule of records) if (rule.from === 'form') declared.add(rule.name);
  return pairs.every(([name]) => declared.has(name));
}

/** Whether every member of a JSON body was declared: a declared one with all below it, and what lies on the way to it. */
export function hasOnlyDeclaredMembers(
  value: JsonValue,
  { records, body }: Pick<Route, 'records' | 'body'>,
): boolean {
  const members = body?.members ?? [];
  if (members === 'any') return true;
  const counted = records.flatMap((rule) => (rule.from === 'json' ? [rule.pointer] : []));
  return isDeclared(value, [...counted, ...members].map(stepsOf));
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

/** `ways`: what is left of the declared paths that led to this value. */
function isDeclared(value: JsonValue, ways: readonly (readonly string[])[]): boolean {
  if (ways.length === 0) return false;
  if (ways.some((way) => way.length === 0)) return true;
  if (value.kind === 'object')
    return [...value.members].every(([name, member]) => isDeclared(member, onwards(ways, name, false)));
  if (value.kind === 'array')
    return value.items.every((item, index) => isDeclared(item, onwards(ways, String(index), true)));
  // A scalar where more was declared: what is counted there is judged by its own rule.
  return true;
}

function onwards(
  ways: readonly (readonly string[])[],
  step: string,
  inArray: boolean,
): readonly (readonly string[])[] {
  return ways.filter(([first]) => first === step || (inArray && first === '*')).map((way) => way.slice(1));
}

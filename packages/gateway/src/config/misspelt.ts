// One mistake, one message: a key that was misspelt is also a key that is missing, and makes what it stands in look whole
// in another way ("is not one source"). Who reads that first looks for what is there.
import { missing, type Objection } from './issues.ts';

/** Without what a misspelt key explains. What is wrong besides is told when the key is spelt as it was meant. */
export function withoutFollowing(objections: readonly Objection[]): readonly Objection[] {
  const misspelt = objections.filter(({ meant }) => meant !== undefined);
  return objections.filter((one) => !misspelt.some((key) => follows(one, key)));
}

function follows({ path, problem }: Objection, { path: at, meant }: Objection): boolean {
  const parent = at.slice(0, -1);
  const isTheKey = problem === missing && path.at(-1) === meant && isSame(path.slice(0, -1), parent);
  return isTheKey || isSame(path, parent);
}

function isSame(one: Objection['path'], other: Objection['path']): boolean {
  return one.length === other.length && one.every((step, at) => step === other[at]);
}

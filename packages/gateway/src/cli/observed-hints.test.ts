// Every reason that a refusal of a line can have is told with what to write.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hintFor } from './observed-hints.ts';

const files = [
  'policy/admit.ts',
  'policy/policy.ts',
  'budget/records.ts',
  'gate/decide.ts',
  'gate/payment.ts',
  'gate/upgrade.ts',
  'request/body.ts',
  'sign-in/guard.ts',
  'sign-in/typed-login.ts',
];
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const patterns = [
  /(?:refusal|refused|unexpected|undeclared)\((?:\d+, )?['`]([a-z]+(?:-[a-z]+)*-?)(?=['$])/g,
  /reason: '([a-z-]+)'/g,
];
/** Who was stopped by the operator is told so by the command that did it; the portal's silence is no refusal. */
const elsewhere = ['stopped', 'portal-unreachable'];
const reasons = files
  .flatMap((file) =>
    patterns.flatMap((pattern) => [...read(file).matchAll(pattern)].map(([, one]) => one ?? '')),
  )
  .filter((reason) => !elsewhere.includes(reason));

describe('what palier observed says of a refusal', () => {
  it('is known for every reason in the code', () => {
    expect(reasons.length).toBeGreaterThan(25);
    expect(reasons.filter((reason) => hintFor(`refuse:${reason}`) === undefined)).toEqual([]);
  });

  it('stands in docs/observe-first.md too, for what an operator can write', () => {
    const page = readFileSync(new URL('../../../../docs/observe-first.md', import.meta.url), 'utf8');
    const told = reasons.filter((reason) => !/nothing to write/.test(hintFor(`refuse:${reason}`) ?? ''));
    expect(told.filter((reason) => !page.includes(`refuse:${reason}`))).toEqual([]);
  });

  it('is nothing for what is no refusal', () => {
    expect(hintFor('step-up:no-proof')).toBeUndefined();
    expect(hintFor('slow-down:account')).toBeUndefined();
    expect(hintFor('unavailable:dependency')).toBeUndefined();
    expect(hintFor('unavailable:answer-unreadable')).toContain('see its pointer');
  });
});

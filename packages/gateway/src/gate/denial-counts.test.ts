// What is shown beside a reason: enough to write the line, nothing of a person, and not more rows than a screen has.
import type { AccountId } from '@palier/mfa-core';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../identity/identity.ts';
import { compilePolicy, undeclared } from '../policy/policy.ts';
import type { Refusal } from '../request/request.ts';
import type { Denial } from './denial.ts';
import { createDenialCounts, type DenialCount } from './denial-counts.ts';

const { route } = undeclared(compilePolicy([], 'default'));
const search = { ...route, id: 'POST /search' };
const doctor: Identity = {
  kind: 'account',
  account: 'medecin-01' as AccountId,
  class: 'gp',
  organisation: undefined,
  groups: [],
  displayName: 'medecin-01',
  source: 'test',
};
const refused = (sight: Pick<Refusal, 'parameter' | 'type'>): Denial => ({
  kind: 'refuse',
  route: search,
  refusal: { status: 415, reason: 'content-type-not-declared', close: false, ...sight },
});
const row: DenialCount = {
  class: 'gp',
  denial: 'refuse:content-type-not-declared',
  route: 'POST /search',
  count: 1,
};

function after(...denials: readonly Denial[]): readonly DenialCount[] {
  const counts = createDenialCounts();
  for (const denial of denials) counts.note(denial, doctor);
  return counts.rows();
}

describe('the media type of a body that is not declared', () => {
  it.each([
    ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'],
    ['Application/JSON; charset=UTF-8', 'application/json; charset=utf-8'],
    ['text/plain;charset=iso-8859-15', 'text/plain; charset=iso-8859-15'],
    ['application/vnd.ms-excel.sheet.macroenabled.12', 'application/vnd.ms-excel.sheet.macroenabled.12'],
    ['multipart/form-data; boundary=1990399999001', 'multipart/form-data; …'],
    ['text/plain; charset=1990399999001', 'text/plain; …'],
  ])('%s is shown as %s', (type, shown) => {
    expect(after(refused({ type }))).toEqual([{ ...row, type: shown }]);
  });

  it.each(['text/1990399999001', 'durand', `text/${'x'.repeat(81)}`, 'text/pl\u001bain', ''])(
    '%s is not shown',
    (type) => {
      expect(after(refused({ type }))).toEqual([row]);
    },
  );

  it('shares two hundred rows with the names of parameters', () => {
    const letters = (at: number): string => String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26));
    const many = Array.from({ length: 150 }, (_, at) => [
      refused({ type: `text/${letters(at)}` }),
      refused({ parameter: letters(at) }),
    ]);
    const rows = after(...many.flat());
    expect(rows).toHaveLength(201);
    expect(rows.find(({ type, parameter }) => type === undefined && parameter === undefined)?.count).toBe(
      100,
    );
  });

  it('is not shown of a stranger, who could write what he likes', () => {
    const counts = createDenialCounts();
    counts.note(refused({ type: 'text/plain' }));
    expect(counts.rows()).toEqual([{ ...row, class: '-' }]);
  });
});

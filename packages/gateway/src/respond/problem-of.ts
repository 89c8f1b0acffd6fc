// Which row of problems.ts a denial is told with.
import type { Denial } from '../gate/denial.ts';
import type { Refusal } from '../request/request.ts';
import { type Problem, type ProblemName, problems } from './problems.ts';
import { unreadableNumber } from './unreadable.ts';

/** The row for a denial. A refusal's own status wins over the row's. */
export function problemOf(denial: Denial): Problem {
  switch (denial.kind) {
    case 'sign-in':
      return problems['sign-in'];
    case 'slow-down':
      return problems[rowOfCap[denial.cap]];
    case 'unavailable':
      return denial.reason in unavailableRows
        ? unavailableRows[denial.reason as keyof typeof unavailableRows]
        : problems.unavailable;
    case 'step-up':
      return denial.because === 'no-proof' || denial.because === 'not-accepted'
        ? problems['step-up']
        : problems[denial.because];
    case 'refuse':
      return {
        ...unreadableNumber(problems[rowOfRefusal(denial.refusal)], denial.refusal.recordType),
        status: denial.refusal.status,
      };
    default:
      return unreachable(denial);
  }
}

const rowOfCap = {
  account: 'slow-down',
  'new-records': 'slow-down-new',
  organisation: 'slow-down-organisation',
  fleet: 'slow-down-fleet',
  misses: 'slow-down-misses',
  'sign-in': 'too-many-sign-ins',
} as const;

const unavailableRows = {
  'portal-unreachable': problems['bad-gateway'],
  'answer-unreadable': problems['answer-unreadable'],
};

function rowOfRefusal({ status, reason }: Refusal): ProblemName {
  if (reason === 'stopped') return 'stopped';
  if (reason === 'record-id-malformed') return 'unreadable-number';
  if (reason === 'more-persons-than-one-gesture') return 'too-many';
  if (reason === 'opened-from-elsewhere') return 'elsewhere';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  return status === 405 ? 'not-allowed' : 'malformed';
}

/** A compile error when a variant was forgotten. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected variant ${JSON.stringify(value)}`);
}

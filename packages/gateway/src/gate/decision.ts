// Everything that can become of a request. `respond` ends in a check that no variant was forgotten.
import type { Denial } from './denial.ts';
import type { Permit } from './permit.ts';

export type Decision = { readonly kind: 'forward'; readonly permit: Permit } | Denial;

// G4 of the catalogue through a real gateway, every oracle after each case, and its controls.
import { expect, it } from 'vitest';
import { g4 } from './cases/g4.ts';
import { type Trace, violations } from './oracles.ts';
import { playGroup } from './run.ts';

playGroup('G4', g4);

it('A076: control: a credential in a line of the log does not pass unnoticed', () => {
  const trace: Trace = {
    actor: 'low',
    login: 'pharmacie-01',
    sent: [],
    replies: [],
    atPortal: [],
    spokenOf: [],
    leftovers: [],
    lines: [{ kind: 'decision', authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0' }],
    counted: new Set(),
    honest: { status: 200, head: '', body: '"/public/x"' },
    honestTarget: '/public/x',
    secrets: [],
    host: 'localhost',
    uncaught: [],
  };
  expect(violations(trace)).toEqual([expect.stringContaining('O10')]);
  expect(violations({ ...trace, lines: [] })).toEqual([]);
});

// Plays runs for a replay that plays several at once. Asked for a run by its place in the plan, it answers what was
// measured; how far it is goes to its standard error.

import { parseArgs } from 'node:util';
import { type Extent, plan } from '../planned.ts';
import { createProgress } from '../progress.ts';
import { answerParent, movedClock } from './answers.ts';

const { values } = parseArgs({ options: { extent: { type: 'string', default: '{}' } } });
const planned = plan(JSON.parse(values.extent) as Extent);

// The pipe's clock is for programs that are moved through time; a player stands outside.
answerParent(movedClock(undefined), async ({ play }) => {
  const run = typeof play === 'number' ? planned[play] : undefined;
  if (run === undefined) throw new RangeError('no such run');
  const progress = createProgress({ write: (text) => process.stderr.write(text) }, run.name, run.steps);
  try {
    return await run.start(progress.step);
  } finally {
    progress.end();
  }
});
console.log('player ready');

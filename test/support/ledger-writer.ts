// A process of its own that writes a ledger as fast as it can and says, a line each, which entries were acknowledged.
// Run by the flows that kill it, or that take the room on its disk away. Arguments: folder, public key, first place, and `hasty` for one
// that acknowledges before the ledger did and dies of it.
import { writeSync } from 'node:fs';
import { openLedger } from '@palier/gateway';
import { systemClock, systemRandom } from '@palier/mfa-core';
import { entryOf } from './ledger-folder.ts';

const [directory = '', sealTo = '{}', first = '0', manner = 'patient'] = process.argv.slice(2);
const ledger = await openLedger({
  directory,
  sealTo: JSON.parse(sealTo),
  clock: systemClock,
  random: systemRandom,
});
let place = Number(first);

async function lane(): Promise<void> {
  for (;;) {
    const mine = place++;
    try {
      await ledger.append(entryOf(mine));
      writeSync(1, `kept ${mine}\n`);
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
      writeSync(1, `refused ${mine} ${String(error)} ${cause}\n`);
      return;
    }
  }
}

writeSync(1, 'ready\n');
if (manner === 'hasty') {
  for (let count = 0; count < 200; count += 1) {
    ledger.append(entryOf(place)).catch(() => undefined);
    writeSync(1, `kept ${place++}\n`);
  }
  process.kill(process.pid, 'SIGKILL');
}
await Promise.all(Array.from({ length: 16 }, lane));
await ledger.close().catch(() => undefined);

// Loaded into a process before the gateway: its clock is ahead by as many milliseconds as the file beside its
// configuration says (less than 0: behind), read again all the time.
import { readFileSync } from 'node:fs';

const machine = Date.now;
const file = `${process.argv.at(-1)}.ahead`;
let ahead = 0;
function read() {
  try {
    ahead = Number(readFileSync(file, 'utf8'));
  } catch {
    ahead = 0;
  }
}
read();
setInterval(read, 50).unref();
Date.now = () => machine() + ahead;

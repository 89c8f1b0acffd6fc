// What a command prints may reach nobody: the reader of a pipe is gone (`| head -1`), or the disk is full. The command goes on
// to its end all the same: one that is cut off in the middle has locked an account and told nobody.
import process from 'node:process';
import { errnoOf } from '../files/file-fault.ts';

/**
 * Keeps the process from ending by what it cannot print. Whoever goes away in the middle has read enough; anything else is told
 * on standard error, once, and is a no.
 */
export function printToTheEnd(): void {
  let isTold = false;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (errnoOf(error) === 'EPIPE' || isTold) return;
    isTold = true;
    process.stderr.write(`palier: what is printed cannot be written: ${error.message}\n`);
  });
  process.once('exit', () => {
    if (isTold && process.exitCode === 0) process.exitCode = 1;
  });
}

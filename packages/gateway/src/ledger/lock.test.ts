// Two gateways in one folder: what the second one says, and who it says has it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockFolder } from './lock.ts';
import { holderIn } from './lock-holder.ts';

it('a folder that is taken says first that the gateway may run already, then which setting two of them need', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-lock-'));
  const lock = lockFolder(folder);
  try {
    expect(() => lockFolder(folder)).toThrow(
      /is being written by another gateway.*\n {4}fix: if this one runs already, stop it first; if two are meant to run, give each a ledger\.directory of its own$/,
    );
  } finally {
    lock.release();
  }
  lockFolder(folder).release();
  rmSync(folder, { recursive: true });
});

it('the process that holds it is read from the list of the kernel, for this very file', () => {
  const locks = `1: POSIX  ADVISORY  WRITE 812 fd:01:1234 1073741825 1073742335
1: -> POSIX  ADVISORY  WRITE 813 fd:01:99 0 EOF
2: FLOCK  ADVISORY  WRITE 4711 103:02:1234 0 EOF
`;
  const device = (major: number, minor: number): number => (major << 8) | minor;
  expect(holderIn(locks, { dev: device(0xfd, 1), ino: 1234 })).toBe(812);
  expect(holderIn(locks, { dev: device(0xfd, 2), ino: 1234 })).toBeUndefined();
  expect(holderIn(locks, { dev: device(0xfd, 1), ino: 12 })).toBeUndefined();
  expect(holderIn('', { dev: device(0xfd, 1), ino: 1234 })).toBeUndefined();
});

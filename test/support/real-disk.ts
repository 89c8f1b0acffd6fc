// A disk of its own for a test: an ext4 file system in a file, which becomes read-only when the kernel finds an error in
// it, as it does by default on most servers. Wants root and loop devices, and gives both back.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

export interface RealDisk {
  /** The kernel finds an error: read-only from now on, for who has files open too. */
  readonly breakDown: () => void;
  /** A checked copy in the old one's place: who has files open keeps the old one alive, and it stays as it is. */
  readonly replace: () => void;
  readonly remove: () => void;
}

const run = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Makes `image` and mounts it on `path`; undefined where that is not allowed. */
export function realDisk(image: string, path: string): RealDisk | undefined {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const file = openSync(image, 'w');
  ftruncateSync(file, 64 * 1024 * 1024);
  closeSync(file);
  const images = [image];
  const mount = (): void => {
    // Loop devices go with their last user.
    run('mount', '-o', 'loop,errors=remount-ro', images.at(-1) ?? image, path);
  };
  const detach = (): void => void run('umount', '-l', path);
  try {
    run('mkfs.ext4', '-q', image);
    mount();
  } catch {
    rmSync(image, { force: true });
    return undefined;
  }
  return {
    breakDown: () => {
      const device = run('findmnt', '-n', '-o', 'SOURCE', realpathSync(path)).trim();
      writeFileSync(`/sys/fs/ext4/${device.split('/').at(-1)}/trigger_fs_error`, '1');
    },
    replace: () => {
      detach();
      const next = `${image}.${images.length}`;
      copyFileSync(image, next);
      images.push(next);
      // Exit code 1: errors were corrected.
      run('sh', '-c', 'e2fsck -p "$0" || test $? -eq 1', next);
      mount();
    },
    remove: () => {
      detach();
      for (const one of images) rmSync(one, { force: true });
    },
  };
}

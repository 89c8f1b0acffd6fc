// Which process holds the lock of a file, as the kernel tells now (Linux; nobody that is in another container). A number
// written beside the lock would be another process's by the time it is read.
import { readFileSync, statSync } from 'node:fs';

export function holderOf(path: string): number | undefined {
  try {
    return holderIn(readFileSync('/proc/locks', 'utf8'), statSync(path));
  } catch {
    return undefined;
  }
}

/** The same in the text of /proc/locks (proc(5)): `1: POSIX  ADVISORY  WRITE 4711 fd:01:1234 0 EOF`. */
export function holderIn(
  locks: string,
  { dev, ino }: { readonly dev: number; readonly ino: number },
): number | undefined {
  const hexadecimal = (value: number): string => value.toString(16).padStart(2, '0');
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  const file = ` ${hexadecimal(major)}:${hexadecimal(minor)}:${ino} `;
  const line = locks.split('\n').find((one) => one.includes(file));
  const pid = Number(/(?:READ|WRITE) +(\d+) /.exec(line ?? '')?.[1] ?? 0);
  return pid > 0 ? pid : undefined;
}

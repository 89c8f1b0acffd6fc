// Files that an operator named are read here: what cannot be read is a FileError that names it.
import { readFileSync } from 'node:fs';
import { FileError, fileFault } from './file-fault.ts';

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new FileError(fileFault(path, 'read', error), error);
  }
}

/** `what` says what the file should hold: `a JWK`. */
export function readJson(path: string, what: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FileError(
      { problem: `${path} holds no JSON, so it is not ${what}`, fix: 'name the right file' },
      cause,
    );
  }
}

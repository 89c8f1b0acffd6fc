// What a command says when it fails: an error that has words of its own says them; the system's own codes, which no
// operator should have to know, are put into words here.
import { awayWords, ConnectError, causesOf } from '../connect-fault.ts';
import { errnoOf, FileError, fileFault } from '../files/file-fault.ts';

export function errorWords(error: unknown): string {
  const told = causesOf(error)
    .map(systemWords)
    .find((words) => words !== undefined);
  return told ?? (error instanceof Error ? error.message : 'unknown error');
}

function systemWords(error: unknown): string | undefined {
  if (error instanceof FileError || error instanceof ConnectError) return error.message;
  const away = awayWords(error);
  if (away !== undefined) return `${away}\n    fix: start it, or write the right address`;
  const { path, syscall } = error as Readonly<Record<string, unknown>>;
  if (errnoOf(error) === undefined || typeof path !== 'string' || syscall === 'connect') return undefined;
  const act = syscall === 'scandir' || syscall === 'read' ? 'read' : 'opened';
  return new FileError(fileFault(path, act, error)).message;
}

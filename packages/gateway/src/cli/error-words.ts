// What a command says when it fails: an error that has words of its own says them; the system's own codes, which no
// operator should have to know, are put into words here.
import { errnoOf, FileError, fileFault } from '../files/file-fault.ts';

export function errorWords(error: unknown): string {
  const told = causesOf(error)
    .map(systemWords)
    .find((words) => words !== undefined);
  return told ?? (error instanceof Error ? error.message : 'unknown error');
}

/** The error and what caused it, outermost first: a store wraps what the system or the driver said. */
function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let one = error; one instanceof Error && causes.length < 8; one = innerOf(one)) causes.push(one);
  return causes;
}

/** Of several addresses that were tried, the first speaks. */
function innerOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause;
}

function systemWords(error: unknown): string | undefined {
  if (error instanceof FileError) return error.message;
  const code = errnoOf(error);
  if (code === undefined || !(error instanceof Error)) return undefined;
  const at = Object.getOwnPropertyDescriptors(error) as Readonly<
    Record<string, { readonly value?: unknown } | undefined>
  >;
  const value = (name: string): string => String(at[name]?.value ?? '');
  if (code === 'ECONNREFUSED')
    return `nothing listens at ${value('address')}:${value('port')}\n    fix: start it, or write the right address`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the name ${value('hostname')} is not known here\n    fix: write the right one, or look at the name server`;
  if (value('path') === '' || value('syscall') === 'connect') return undefined;
  const act = value('syscall') === 'scandir' || value('syscall') === 'read' ? 'read' : 'opened';
  return new FileError(fileFault(value('path'), act, error)).message;
}

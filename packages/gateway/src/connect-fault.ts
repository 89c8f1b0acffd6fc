// Why a server could not be reached, as far as the system's own code says it.
import { errnoOf } from './files/file-fault.ts';

/** A server that a setting names, and nobody was there. */
export class ConnectError extends Error {
  constructor(setting: string, words: string, cause: unknown) {
    super(`${setting}: ${words}\n    fix: start it, or write the right address at ${setting}`, { cause });
    this.name = 'ConnectError';
  }
}

/** Throws what was caught: with the setting that named the server where the system says that nobody was there. */
export function reaching(setting: string): (error: unknown) => never {
  return (error) => {
    const words = causesOf(error)
      .map(awayWords)
      .find((one) => one !== undefined);
    throw words === undefined ? error : new ConnectError(setting, words, error);
  };
}

/** The error and what caused it, outermost first: a store wraps what the system or the driver said. */
export function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let one = error; one instanceof Error && causes.length < 8; one = innerOf(one)) causes.push(one);
  return causes;
}

/** Of several addresses that were tried, the first speaks. */
function innerOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause;
}

/** The words for one error; undefined where it does not say that nobody is there. */
export function awayWords(error: unknown): string | undefined {
  // A name with several addresses: the whole has a code and no address, which each of its parts has.
  if (error instanceof AggregateError) return awayWords(error.errors[0]);
  const { address, port, hostname } = error as Readonly<Record<string, unknown>>;
  switch (errnoOf(error)) {
    case 'ECONNREFUSED':
      return `nothing listens at ${address}:${port}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${hostname} is not known here`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way to ${address} from here`;
    default:
      return undefined;
  }
}

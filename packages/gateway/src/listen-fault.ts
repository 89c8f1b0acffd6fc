// Why an address cannot be listened on, with the setting that says it and what to do.
import type { ListenAddress } from './config/listen-settings.ts';
import { errnoOf, userName } from './files/file-fault.ts';

/** `code` is the system's. */
export class ListenError extends Error {
  readonly code: string | undefined;

  constructor(problem: string, fix: string, cause: Error) {
    super(`${problem}\n    fix: ${fix}`, { cause });
    this.name = 'ListenError';
    this.code = errnoOf(cause);
  }
}

export function listenFault({ host, port }: ListenAddress, setting: string, cause: Error): ListenError {
  const at = `${setting}: ${host.includes(':') ? `[${host}]` : host}:${port}`;
  const told = (problem: string, fix: string): ListenError => new ListenError(`${at} ${problem}`, fix, cause);
  switch (errnoOf(cause)) {
    case 'EADDRINUSE':
      return told(
        'is taken: this gateway runs already, or another program listens there',
        `see which one (ss -ltnp 'sport = :${port}') and stop it, or write another port at ${setting}`,
      );
    case 'EADDRNOTAVAIL':
      return told('is no address of this machine', `write one of its own at ${setting}`);
    case 'EACCES':
      return told(
        `is not for this user (${userName()}): low ports are the system's`,
        `write a port from 1024 on at ${setting}, or let palier have this one (CAP_NET_BIND_SERVICE)`,
      );
    default:
      return told(`cannot be had: ${cause.message}`, `write another address at ${setting}`);
  }
}

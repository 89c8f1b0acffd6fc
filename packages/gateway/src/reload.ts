// What a running gateway cannot change: where it listens, who it is, and what it opened at start. Everything else goes
// over at once (gateway.ts).
import type { Config } from './config/config.ts';

const fixed: Readonly<Record<string, (config: Config) => unknown>> = {
  listen: ({ listen }) => listen,
  healthListen: ({ healthListen }) => healthListen,
  // The files may be named anew; from plain to TLS and back is another listener.
  tls: ({ tls }) => tls !== undefined,
  // Cookies, passkeys and the keys of records all hang on it.
  origin: ({ origin }) => origin.href,
  'identity: client-certificate': ({ identity }) =>
    identity.flatMap((one) => (one.kind === 'client-certificate' ? [one.listen, one.behind] : [])),
  // Another file may take its place; from standard output to a file is another log.
  log: ({ log }) => log.file !== undefined,
  stores: ({ stores }) => stores,
  ledger: ({ ledger }) => ledger,
  forwardAuth: ({ forwardAuth }) => forwardAuth?.listen,
};

/** Names of the settings in which two configurations differ and which only a restart can change. */
export function fixedSettings(before: Config, after: Config): readonly string[] {
  return Object.entries(fixed)
    .filter(([, read]) => JSON.stringify(read(before)) !== JSON.stringify(read(after)))
    .map(([name]) => name);
}

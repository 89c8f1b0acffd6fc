// Why a server of somebody else's would lose what the gateway's own listener has: read before it is taken, and again by
// guard.ts for what is added later. Empty is good.
import { maxHeaderSize, type Server as PlainServer, Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import { listenerOptions } from '../listener.ts';

/** Events by which a request, or a part of one, leaves node's parser: each is a way past the gateway. */
export const ways = [
  'request',
  'upgrade',
  'checkExpectation',
  'checkContinue',
  'connect',
  'clientError',
] as const;

/** What node keeps on a server of the options it was made with. */
type Made = PlainServer & {
  readonly insecureHTTPParser?: boolean;
  readonly httpValidation?: string;
  readonly maxHeaderSize?: number;
  readonly connectionsCheckingInterval?: number;
};

/** One sentence for each; `app` is the Express app that may answer requests because the gateway is mounted in it. */
export function flawsOf(server: unknown, app: unknown): readonly string[] {
  if (!(server instanceof Server || server instanceof SecureServer))
    return ['it is no server of node:http or node:https'];
  const made: Made = server;
  const taken = ways.filter((name) =>
    made.listeners(name).some((listener) => !(name === 'request' && listener === app)),
  );
  const { maxHeaderSize: most = 0, connectionsCheckingInterval: often = 0 } = listenerOptions;
  const checks: readonly (readonly [boolean, string])[] = [
    [made.listening, 'it listens already: requests may have gone past the gateway'],
    [isLenient(made), 'its parser is lenient, and reads bytes as a request that others read as two'],
    [(made.maxHeaderSize ?? maxHeaderSize) > most, `its maxHeaderSize is above ${most}`],
    [
      (made.connectionsCheckingInterval ?? often) > often,
      `it looks for slow clients every ${made.connectionsCheckingInterval} ms, not ${often}: make it with serverOptions`,
    ],
    [
      app !== undefined && !made.listeners('request').includes(app as () => void),
      'it does not serve the app the gateway is mounted in',
    ],
  ];
  return [
    ...taken.map((name) => `something else listens to "${name}"`),
    ...checks.filter(([found]) => found).map(([, words]) => words),
  ];
}

function isLenient({ insecureHTTPParser, httpValidation }: Made): boolean {
  const flag = /(^|\s)--(insecure-http-parser|http-validation=(?!strict))/;
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return insecureHTTPParser === true || !['strict', undefined].includes(httpValidation) || flag.test(given);
}

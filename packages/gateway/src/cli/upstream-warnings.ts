// Whether anybody listens where the portals are said to be: one connection to each, at once, and nothing is sent. It may be
// started later, so it is a warning and no more.

import { connect } from 'node:net';
import type { Config } from '../config/config.ts';
import type { Objection } from '../config/issues.ts';
import { awayWords } from '../connect-fault.ts';
import { hostOf, portOf } from '../url-place.ts';

const patienceMilliseconds = 1000;

export async function upstreamWarnings({
  upstreams,
}: Pick<Config, 'upstreams'>): Promise<readonly Objection[]> {
  const told = await Promise.all(
    [...upstreams].map(async ([name, { url }]): Promise<readonly Objection[]> => {
      const problem = await absenceAt(url);
      const fix =
        'start the portal, or write its address here; until somebody listens there, every answer is a 502';
      return problem === undefined ? [] : [{ path: ['upstream', name, 'url'], problem, fix }];
    }),
  );
  return told.flat();
}

/** Why nobody is there, undefined where somebody takes a connection. */
function absenceAt(url: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostOf(url), port: portOf(url) });
    const end = (problem: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => end(`${url.origin} did not answer within a second`), patienceMilliseconds);
    socket.once('connect', () => end(undefined));
    // Whatever it says: once is enough, and what comes after is nobody's.
    socket.on('error', (error) =>
      end(awayWords(error) ?? `${url.origin} cannot be reached: ${error.message}`),
    );
  });
}

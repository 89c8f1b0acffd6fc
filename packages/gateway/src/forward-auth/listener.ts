// The listener fronts ask on: apart from the clients' own, with the same limits, and never for an upgrade.
import type { Server } from 'node:http';
import type { Config } from '../config/config.ts';
import { createListener } from '../listener.ts';
import type { ForwardAuth } from './forward-auth.ts';

/** Nothing listens yet. `current` gives what answers now: a reload changes it. */
export function createAskListener(config: Config, current: () => ForwardAuth | undefined): Server {
  return createListener(
    { ...config, tls: undefined },
    (incoming, response) => {
      const forwardAuth = current();
      if (forwardAuth === undefined) response.destroy();
      else void forwardAuth(incoming, response);
    },
    (_incoming, socket) => socket.destroy(),
  );
}

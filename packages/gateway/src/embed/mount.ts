// The gateway in somebody's Express app (4 or 5), as the first and only thing at its root. Express tells an app of its own
// kind when and where it is mounted, so that is what this looks like; mounted anywhere else it throws then and there.
// Policy does not rest on Express: what comes in is judged by the bytes node read, and the app only hands it over.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What Express adds to a request. */
type MountedRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly body?: unknown;
};

/** To be given to `app.use`. */
export interface Mountable {
  (incoming: IncomingMessage, response: ServerResponse): void;
  readonly handle: (incoming: IncomingMessage, response: ServerResponse) => void;
  readonly set: () => void;
  readonly emit: (event: string, parent: unknown) => boolean;
  /** Written by Express. */
  mountpath: string | readonly string[];
}

export interface Mount {
  readonly mountable: Mountable;
  /** The app it is mounted in. */
  readonly app: () => unknown;
}

/** Serves what fits, told why not when something does not: nothing is served then. */
export type Serve = (incoming: IncomingMessage, response: ServerResponse, flaw: string | undefined) => void;

export function createMount(serve: Serve): Mount {
  let app: unknown;
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    response.removeHeader('x-powered-by');
    serve(incoming, response, app === undefined ? 'it is mounted in no app' : requestFlaw(incoming));
  };
  const mountable: Mountable = Object.assign(handle.bind(undefined), {
    handle,
    set: () => undefined,
    mountpath: '/',
    emit: (event: string, parent: unknown): boolean => {
      if (event !== 'mount') return false;
      const flaw = mountFlaw(parent, mountable.mountpath, app);
      if (flaw !== undefined) throw new TypeError(`the gateway cannot be mounted here: ${flaw}`);
      app = parent;
      return true;
    },
  });
  return { mountable, app: () => app };
}

/** Layers Express 4 puts in front of everything; they read the query and change no byte of the request. */
const builtIn = new Set(['query', 'expressInit']);

interface Layered {
  readonly stack?: readonly { readonly name?: string }[];
}

function mountFlaw(parent: unknown, path: Mountable['mountpath'], before: unknown): string | undefined {
  if (before !== undefined) return 'it is mounted already';
  if (path !== '/') return 'it is below a path, and decides about whole ones';
  const { _router, parent: above } = parent as { readonly _router?: Layered; readonly parent?: unknown };
  if (above !== undefined) return 'its app is mounted in another';
  // Express 4 keeps its layers under `_router`, and throws when asked for `router`.
  const { stack } = _router ?? (parent as { readonly router?: Layered }).router ?? {};
  if (stack === undefined) return 'the app is not one of Express 4 or 5';
  const first = stack.filter(({ name = '' }) => !builtIn.has(name));
  return first.length > 1
    ? `"${first[0]?.name}" stands before it, and could answer or read a request`
    : undefined;
}

/** What was done to a request since node read it. */
function requestFlaw(incoming: MountedRequest): string | undefined {
  const { originalUrl, baseUrl = '', url } = incoming;
  if (baseUrl !== '' || (originalUrl !== undefined && originalUrl !== url)) return 'it is below a path';
  return incoming.readableDidRead || incoming.body !== undefined ? 'the body was read before' : undefined;
}

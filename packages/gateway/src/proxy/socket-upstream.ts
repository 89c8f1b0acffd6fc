// Our own client: a pool of links to one fixed host and port. It costs less than half of node's client per request
// (test/bench/proxy.ts) and trusts a socket again only after an exchange beyond doubt. Owns the pool's bounds and times.
import type { Errand } from './errand.ts';
import { type Exchange, type Upstream, UpstreamError, type UpstreamSetting } from './exchange.ts';
import { isUntouched, type Keeper, type Link, lose, openLink } from './link.ts';
import { isChunked, sendBody } from './outgoing-body.ts';
import { headText } from './outgoing-head.ts';
import { openSwitch } from './switch.ts';
import { createTurn, exchangeOf, type Turn } from './turn.ts';

interface Pool {
  readonly setting: UpstreamSetting;
  readonly keeper: Keeper;
  /** Used last, used first: the others grow old and are closed. */
  readonly idle: Link[];
  /** Idle, connecting or with an errand. */
  readonly open: Set<Link>;
  readonly waiting: Errand[];
  closed: boolean;
  /** Whoever was judged before a reload still comes; no socket waits for more than that. */
  retired: boolean;
  timer: NodeJS.Timeout | undefined;
}

const longestConnect = 5000;
/** Shorter than the 5 s after which node and Apache close an idle connection unless told otherwise. */
const longestIdle = 4000;

/** Opens a pool; nothing connects before the first request. */
export function createSocketUpstream(setting: UpstreamSetting): Upstream {
  const keeper: Keeper = {
    ready: (link) => ready(link),
    answered: (link, turn, head) => answered(link, exchangeOf(turn, head)),
    ended: (link, turn, reusable) => ended(pool, link, turn, reusable),
    lost: (link, error, turn) => lost(pool, link, error, turn),
  };
  const pool: Pool = {
    setting,
    keeper,
    idle: [],
    open: new Set(),
    waiting: [],
    closed: false,
    retired: false,
    timer: undefined,
  };
  watch(pool);
  return {
    host: setting.host,
    send: (head, body, client) =>
      new Promise((resolve, reject) => {
        const [text, since] = [headText(head), performance.now()];
        dispatch(pool, { head, text, body, client, since, resolve, reject, answered: false, retried: false });
      }),
    upgrade: (head, client) => openSwitch(setting, head, client),
    retire: () => {
      pool.retired = true;
      for (const link of [...pool.idle]) lose(link, closedError());
    },
    close: () => close(pool),
  };
}

/** The pool's clock; a retired pool stops it when nobody is under way. */
function watch(pool: Pool): void {
  const every = Math.min(250, pool.setting.timeoutMilliseconds / 4);
  pool.timer ??= setInterval(() => tick(pool, performance.now()), every).unref();
}

function dispatch(pool: Pool, errand: Errand): void {
  const link = errand.retried ? undefined : pool.idle.pop();
  if (pool.retired && !pool.closed) watch(pool);
  if (pool.closed) errand.reject(closedError());
  else if (link !== undefined) start(link, errand);
  else if (pool.open.size >= pool.setting.mostSockets) pool.waiting.push(errand);
  else connect(pool, errand);
}

function connect(pool: Pool, errand: Errand): void {
  const link = openLink(pool.setting, pool.keeper, 'buffer');
  link.errand = errand;
  pool.open.add(link);
}

function closedError(): UpstreamError {
  return new UpstreamError('unreachable', new Error('closed'));
}

function start(link: Link, errand: Errand): void {
  link.errand = errand;
  link.turn = createTurn(errand.head.method, false, link.line);
  link.stirred = performance.now();
  const { body, text } = errand;
  link.sent = body === undefined || body instanceof Uint8Array;
  // Head and body that are both here go out as one; without a body a write by itself is cheaper.
  if (body instanceof Uint8Array) link.socket.cork();
  link.socket.write(text, 'latin1');
  if (body instanceof Uint8Array) {
    link.socket.write(body);
    link.socket.uncork();
  }
  if (!link.sent) startBody(link, errand);
}

function startBody(link: Link, { body, head }: Errand): void {
  if (body === undefined || body instanceof Uint8Array) return;
  link.stopBody = sendBody(link.socket, body, isChunked(head), {
    sent: () => {
      link.sent = true;
      link.stopBody = undefined;
    },
    brokenOff: () => lose(link, new UpstreamError('client-gone')),
    moved: () => {
      link.stirred = performance.now();
    },
  });
}

function ready(link: Link): void {
  if (link.errand !== undefined) start(link, link.errand);
}

function answered(link: Link, exchange: Exchange): void {
  const { errand } = link;
  if (errand === undefined) return;
  errand.answered = true;
  errand.resolve(exchange);
}

function ended(pool: Pool, link: Link, turn: Turn, reusable: boolean): void {
  link.errand = undefined;
  link.freshUntil = performance.now() + idleTime(turn);
  if (!reusable || pool.closed || idleTime(turn) <= 0) lose(link, new UpstreamError('unreachable'));
  else if (pool.waiting.length > 0) next(pool, link);
  else if (pool.retired) lose(link, closedError());
  else pool.idle.push(link);
}

/** A second less than the portal says it waits, so that a request does not cross its goodbye. */
function idleTime(turn: Turn): number {
  const said = turn.head?.keepAlive;
  return said === undefined ? longestIdle : Math.min(longestIdle, said * 1000 - 1000);
}

/** Serves whoever waits longest, on a link that came free or on a new one. */
function next(pool: Pool, link: Link | undefined): void {
  const errand = pool.waiting.shift();
  if (errand === undefined) return;
  if (link !== undefined) start(link, errand);
  else dispatch(pool, errand);
}

function lost(pool: Pool, link: Link, error: UpstreamError, turn: Turn | undefined): void {
  const { errand } = link;
  link.errand = undefined;
  pool.open.delete(link);
  const place = pool.idle.indexOf(link);
  if (place !== -1) pool.idle.splice(place, 1);
  if (errand === undefined || errand.answered) next(pool, undefined);
  else if (mayRetry(link, error, turn, errand)) {
    errand.retried = true;
    dispatch(pool, errand);
  } else {
    errand.reject(error);
    next(pool, undefined);
  }
}

/**
 * A portal may close an idle connection just as a request goes out on it. Once, and only when not a byte of an answer
 * came and the method says that twice is as once (RFC 9110 section 9.2.2), the request goes out again on a new socket;
 * never where the head says `once`.
 */
function mayRetry(link: Link, error: UpstreamError, turn: Turn | undefined, errand: Errand): boolean {
  const { method, once } = errand.head;
  const safe = errand.body === undefined && once !== true && ['GET', 'HEAD', 'OPTIONS'].includes(method);
  const stale = link.served > 0 && turn !== undefined && isUntouched(turn) && error.code === 'unreachable';
  return safe && stale && !errand.retried;
}

/** Four times a second: whoever is silent, gone or old is closed. */
function tick(pool: Pool, now: number): void {
  if (pool.retired && pool.open.size === 0 && pool.waiting.length === 0) stop(pool);
  for (const link of [...pool.open]) {
    const { errand } = link;
    if (errand === undefined) continue;
    const quiet = now - link.stirred;
    if (!errand.answered && errand.client?.destroyed === true) lose(link, new UpstreamError('client-gone'));
    else if (quiet > patience(pool.setting, link)) lose(link, new UpstreamError('timeout'));
  }
  for (const link of pool.idle.filter(({ freshUntil }) => now > freshUntil))
    lose(link, new UpstreamError('unreachable'));
  for (const errand of pool.waiting.filter(
    ({ since, client }) => isLate(pool, now - since) || client?.destroyed === true,
  )) {
    pool.waiting.splice(pool.waiting.indexOf(errand), 1);
    errand.reject(new UpstreamError(errand.client?.destroyed === true ? 'client-gone' : 'timeout'));
  }
}

function isLate({ setting }: Pool, waited: number): boolean {
  return waited > setting.timeoutMilliseconds;
}

/** An event stream may be silent for hours; whoever may no longer see it is cut by `live.ts`. */
function patience(setting: UpstreamSetting, link: Link): number {
  if (link.turn === undefined) return Math.min(longestConnect, setting.timeoutMilliseconds);
  const type = link.turn.head?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return type?.toLowerCase().startsWith('text/event-stream') === true
    ? Infinity
    : setting.timeoutMilliseconds;
}

function stop(pool: Pool): void {
  clearInterval(pool.timer);
  pool.timer = undefined;
}

function close(pool: Pool): void {
  stop(pool);
  pool.closed = true;
  for (const errand of pool.waiting.splice(0)) errand.reject(closedError());
  for (const link of [...pool.open]) lose(link, closedError());
}

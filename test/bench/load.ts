// One round of load on one contestant: wrk on its own processor, keep-alive, a browser's head; what comes out is how many
// answers there were and what the contestant's processes paid for each.
import { execFile } from 'node:child_process';
import { loadProcessor, processorTime } from './process.ts';

export interface Load {
  readonly name: string;
  readonly path: string;
  readonly body?: string;
}

export interface Round {
  readonly requests: number;
  /** Microseconds of processor time a request. */
  readonly cost: number;
  /** Answers that were not 2xx, and sockets that broke: a round with any of them measures something else. */
  readonly failed: number;
}

const head: readonly string[] = [
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language: fr-FR,fr;q=0.8,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Referer: http://localhost/patients',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: same-origin',
];

export interface Target {
  readonly port: number;
  readonly pids: readonly number[];
  readonly headers: readonly string[];
}

/** Runs `seconds` of load with so many connections, each of which waits for its answer before it asks again. */
export async function loaded(target: Target, load: Load, seconds: number, connections = 64): Promise<Round> {
  const before = paid(target);
  const out = await wrk(target, load, seconds, connections);
  const time = paid(target) - before;
  const requests = Number(/(\d+) requests in/.exec(out)?.[1] ?? 0);
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? 0);
  const broken = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(out);
  const failed = bad + (broken?.slice(1).reduce((sum, text) => sum + Number(text), 0) ?? 0);
  return { requests, cost: time / Math.max(1, requests), failed };
}

function paid({ pids }: Target): number {
  return pids.reduce((sum, pid) => sum + processorTime(pid), 0);
}

function wrk(
  { port, headers }: Target,
  { path, body }: Load,
  seconds: number,
  connections: number,
): Promise<string> {
  const all = [...head, ...headers].flatMap((line) => ['-H', line]);
  const script = body === undefined ? [] : ['-s', body];
  const args = [
    '-c',
    loadProcessor,
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    ...script,
    ...all,
    `http://127.0.0.1:${port}${path}`,
  ];
  return new Promise((resolve, reject) => {
    execFile('taskset', args, { timeout: (seconds + 20) * 1000 }, (error, out) =>
      error === null ? resolve(out) : reject(error),
    );
  });
}

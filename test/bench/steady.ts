// Load at a steady rate, whether or not answers come back in time: latency is counted from when a request was due, so that
// a gateway that stalls cannot hide it.
import { Agent, request } from 'node:http';
import type { Target } from './load.ts';

/** Latencies in milliseconds, shortest first. */
export type Latencies = readonly number[];

const tick = 5;

/** Sends `rate` requests a second for `seconds`; rejects when one is not answered with 200. */
export async function steady(
  target: Target,
  path: string,
  rate: number,
  seconds: number,
): Promise<Latencies> {
  const agent = new Agent({ keepAlive: true });
  const headers = Object.fromEntries(
    target.headers.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const started = performance.now();
  for (let sent = 0; sent < rate * seconds; ) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    for (; sent < due; sent += 1) {
      const at = started + (sent * 1000) / rate;
      pending.push(
        answered(agent, target.port, path, headers).then(() => void latencies.push(performance.now() - at)),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, tick));
  }
  await Promise.all(pending);
  agent.destroy();
  return latencies.sort((a, b) => a - b);
}

export function percentile(latencies: Latencies, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
}

function answered(
  agent: Agent,
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending = request({ agent, host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
      );
      response.once('error', reject);
    });
    sending.once('error', reject);
    sending.end();
  });
}

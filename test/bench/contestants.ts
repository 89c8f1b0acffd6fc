// Who is measured: the gateway, and three yardsticks that decide nothing. All stand before the same portal.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../examples/portal/free-port.ts';
import type { Target } from './load.ts';
import { answering } from './portal.ts';
import { contestantsProcessor, type Running, start, startScript } from './process.ts';

export interface Contestant {
  readonly name: string;
  readonly target: Target;
  stop(): Promise<void>;
}

const hello = ['Host: localhost', 'Cookie: PORTALSID=abcdef0123456789'];

export async function startContestants(portal: number): Promise<readonly Contestant[]> {
  return [
    await gateway(portal),
    await script('http.request and a pipe', './pipe-proxy.ts', portal),
    await script('http-proxy-middleware on Express', './middleware-proxy.ts', portal),
    await nginxWithVerifier(portal),
  ];
}

/** `ledger` is `enforced` as an operator has it, or `on` or `off` in a gateway that observes. */
export async function gateway(
  portal: number,
  routes = 6,
  ledger: 'enforced' | 'on' | 'off' = 'enforced',
): Promise<Contestant> {
  const running = await startScript(
    contestantsProcessor,
    './gateway-process.ts',
    String(portal),
    String(routes),
    ledger,
  );
  const { port, cookie } = JSON.parse(running.said) as { port: number; cookie: string };
  const headers = ['Host: localhost', `Cookie: ${cookie}`];
  return { name: 'palier', target: { port, pids: [running.pid], headers }, stop: () => running.stop() };
}

async function script(name: string, file: string, portal: number): Promise<Contestant> {
  const running = await startScript(contestantsProcessor, file, String(portal));
  return {
    name,
    target: { port: Number(running.said), pids: [running.pid], headers: hello },
    stop: () => running.stop(),
  };
}

async function nginxWithVerifier(portal: number): Promise<Contestant> {
  const verifier = await startScript(contestantsProcessor, './verifier.ts');
  const folder = mkdtempSync(join(tmpdir(), 'palier-bench-'));
  // nginx writes long bodies into files there, as another user when it was started by root.
  chmodSync(folder, 0o777);
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, authConfiguration(folder, port, portal, Number(verifier.said)));
  const front: Running = await start(contestantsProcessor, 'sh', [
    '-c',
    `echo starting; exec nginx -e ${folder}/error.log -c ${file}`,
  ]);
  await answering(port);
  return {
    name: 'nginx with auth_request',
    target: { port, pids: [front.pid, verifier.pid], headers: hello },
    stop: async () => {
      await Promise.all([front.stop(), verifier.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function authConfiguration(folder: string, port: number, portal: number, verifier: number): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; tcp_nodelay on; ${paths.join(' ')}
upstream portal { server 127.0.0.1:${portal}; keepalive 128; keepalive_requests 100000000; }
upstream verifier { server 127.0.0.1:${verifier}; keepalive 128; keepalive_requests 100000000; }
server { listen 127.0.0.1:${port}; client_max_body_size 1m; proxy_http_version 1.1; proxy_set_header Connection '';
location = /verify { internal; proxy_pass http://verifier; proxy_pass_request_body off; proxy_set_header Content-Length ''; }
location / { auth_request /verify; proxy_pass http://portal; }
} }`;
}

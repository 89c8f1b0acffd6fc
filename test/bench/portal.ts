// The portal of the benchmark: nginx that answers from memory, so that it never is what limits.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../examples/portal/free-port.ts';
import { loadProcessor, type Running, start } from './process.ts';

export interface Portal {
  readonly port: number;
  stop(): Promise<void>;
}

/** Eight headers and the cookie of a usual application server. */
const answerHead = [
  'X-Frame-Options DENY',
  'X-Content-Type-Options nosniff',
  'Content-Language fr',
  'Vary Accept-Language',
  'X-Request-Id 7f3d2c9e51',
]
  .map((line) => `add_header ${line};`)
  .join(' ');

/** `/1k`, `/64k`, `/post`, `/patients/…` and the who-am-I `/api/me` of one account. */
export async function startPortal(): Promise<Portal> {
  const folder = mkdtempSync(join(tmpdir(), 'palier-bench-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  writeFileSync(join(folder, '1k'), JSON.stringify({ rights: 'x'.repeat(1010) }));
  writeFileSync(join(folder, '64k'), 'y'.repeat(65_536));
  const words = portalConfiguration(folder, port);
  return started(folder, port, words);
}

function portalConfiguration(folder: string, port: number): string {
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; open_file_cache max=10; sendfile on; tcp_nodelay on;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
server { listen 127.0.0.1:${port}; root ${folder}; default_type application/json; client_max_body_size 1m; ${answerHead}
location = /api/me { return 200 '{"login":"medecin-01","class":"gp","name":"Dr Test"}'; }
# Reads the whole body before it answers, as an application does; \`return\` alone answers while the body is on its way.
location = /post { client_body_buffer_size 256k; proxy_pass_request_body off; proxy_set_header Content-Length ''; proxy_pass http://127.0.0.1:${port}/done; }
location = /done { return 200 '{"done":true}'; }
location /patients/ { rewrite ^ /1k break; }
} }`;
}

async function started(folder: string, port: number, words: string): Promise<Portal> {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, words);
  const running: Running = await start(loadProcessor, 'sh', [
    '-c',
    `echo starting; exec nginx -e ${folder}/error.log -c ${file}`,
  ]);
  await answering(port);
  return {
    port,
    stop: async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits, for five seconds at most, until something answers there. */
export async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) }).catch(
      () => undefined,
    );
    if (answer !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers on ${port}`);
}

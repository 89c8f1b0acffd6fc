// Looks for the programs the tests drive, and where it may (root, Debian or Ubuntu), installs what is missing.
// Elsewhere it says what to install and the tests that need it skip. With CI=true a missing program is an error.
// Starts no daemon and makes no database. PALIER_PREFLIGHT=look only looks. Runs on Node 20.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Each program: what it is called, where else it may be, the Debian package. */
const programs = [
  { name: 'chromium', package: 'chromium' },
  { name: 'redis-server', package: 'redis-server' },
  { name: 'postgres', package: 'postgresql', find: () => below('/usr/lib/postgresql', 'bin/postgres') },
  { name: 'nginx', package: 'nginx' },
  { name: 'haproxy', package: 'haproxy' },
  { name: 'apache2', package: 'apache2' },
  { name: 'caddy', package: 'caddy' },
  { name: 'php', package: 'php-cli' },
  { name: 'python3', package: 'python3-minimal' },
  { name: 'PyJWT', package: 'python3-jwt', find: () => existsSync('/usr/lib/python3/dist-packages/jwt') },
  {
    name: 'cryptography for Python',
    package: 'python3-cryptography',
    find: () => existsSync('/usr/lib/python3/dist-packages/cryptography'),
  },
  {
    name: 'njs for nginx',
    package: 'libnginx-mod-http-js',
    find: () => existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so'),
  },
  { name: 'openssl', package: 'openssl' },
  { name: 'curl', package: 'curl' },
  { name: 'softhsm2-util', package: 'softhsm2' },
  { name: 'pkcs11-tool', package: 'opensc' },
  {
    name: 'OpenSSL pkcs11 engine',
    package: 'libengine-pkcs11-openssl',
    find: () => below('/usr/lib', 'engines-3/pkcs11.so'),
  },
  { name: 'certutil', package: 'libnss3-tools' },
];

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/usr/local/bin'];

function onPath(name) {
  return folders.some((folder) => folder !== '' && isExecutable(join(folder, name)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function below(folder, rest) {
  return existsSync(folder) && readdirSync(folder).some((name) => existsSync(join(folder, name, rest)));
}

function missing() {
  return programs.filter((program) => !(program.find?.() ?? false) && !onPath(program.name));
}

function say(line) {
  process.stderr.write(`preflight: ${line}\n`);
}

function apt(...args) {
  const done = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' },
    maxBuffer: 64 << 20,
  });
  if (done.status === 0) return true;
  say(`apt-get ${args[0]} failed`);
  process.stderr.write(
    `${(done.stderr ?? String(done.error)).trimEnd().split('\n').slice(-10).join('\n')}\n`,
  );
  return false;
}

/** Holds a file in place while `act` runs, unless the machine has one already. */
function withFile(file, content, mode, act) {
  if (existsSync(file)) return act();
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content, { mode });
  try {
    return act();
  } finally {
    rmSync(file, { force: true });
  }
}

function install(packages) {
  const started = Date.now();
  say('reading the package lists');
  // A stale or partly unreachable list is no reason to stop: the installation itself will tell.
  apt('update');
  say(`installing ${packages.join(' ')}`);
  const done = withFile('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755, () =>
    withFile(
      '/etc/postgresql-common/createcluster.d/palier-preflight.conf',
      'create_main_cluster = false\n',
      0o644,
      () => apt('install', '--yes', '--no-install-recommends', ...packages),
    ),
  );
  if (done) say(`installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

const look = process.env.PALIER_PREFLIGHT === 'look';
let lacking = missing();
if (lacking.length > 0 && !look && process.getuid?.() === 0 && onPath('apt-get')) {
  install(lacking.map((program) => program.package));
  lacking = missing();
}

if (lacking.length > 0) {
  const ci = process.env.CI === 'true';
  say(`not here: ${lacking.map((program) => program.name).join(', ')}`);
  say(
    `on Debian or Ubuntu: apt-get install --no-install-recommends ${lacking.map((program) => program.package).join(' ')}`,
  );
  say(ci ? 'CI=true: every test must be able to run' : 'the tests that need them will be skipped');
  if (ci) process.exitCode = 1;
}

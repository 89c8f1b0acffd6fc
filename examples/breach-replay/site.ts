// What stands in a run: a mail server, a portal and a gateway, each a program or a server of its own, under one clock.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExposedPerson, type Exposure, exposureReport, parseConfig } from '@palier/gateway';
import { type Instant, instantOf } from '@palier/mfa-core';
import { prepareState } from '../demo/state.ts';
import { freePort } from '../portal/free-port.ts';
import type { Alert } from './alerts.ts';
import { type CardAuthority, makeCardAuthority } from './cards/authority.ts';
import { type SiteCards, siteCards } from './cards/site-cards.ts';
import { type MailSink, startMailSink } from './mail-sink.ts';
import { type RunningProgram, startProgram } from './processes.ts';
import { type SharedStores, startSharedStores } from './shared-stores.ts';

/** Changes the configuration of the gateway, to take a defence away. */
export type Change = (settings: string) => string;

/** How a site is built. */
export interface SiteOptions {
  /** When the clock begins, which is then moved by hand; or the clock on the wall, which nobody moves. */
  readonly now: Instant | 'wall';
  readonly accountsPerClass?: number;
  readonly change?: Change;
  /** With a listener for cards and an authority that issues them. */
  readonly withCards?: boolean;
  /** Two gateways on one PostgreSQL and one Redis. */
  readonly shared?: boolean;
}

/** A portal with a gateway before it. */
export interface Site {
  /** The gateway's public origin. */
  readonly origin: URL;
  /** The ports of its instances: who spreads over them is at one gateway after the other. */
  readonly ports: readonly number[];
  /** The portal's own, which only its neighbours should reach. */
  readonly portal: URL;
  readonly mails: MailSink;
  readonly budgets: Budgets;
  /** Undefined where the gateway reads no cards. */
  readonly cards: SiteCards | undefined;
  now(): Instant;
  /** Moves the clock of portal and gateway. */
  moveTo(now: Instant): Promise<void>;
  /** Issues an enrolment ticket, as the operator does, and hands its code over. */
  ticketFor(login: string): Promise<string>;
  alerts(): Promise<readonly Alert[]>;
  /** Locks an account with the operator's command. It holds when this resolves. */
  lock(login: string): Promise<void>;
  /** Ends the gateway and reads its ledgers, one for each instance, with the operator's key. */
  exposure(onPerson: (person: ExposedPerson) => void): Promise<readonly Exposure[]>;
  stop(): Promise<void>;
}

type Budgets = Extract<ReturnType<typeof parseConfig>, { readonly config: unknown }>['config']['budgets'];

const settings: URL = new URL('palier.yaml', import.meta.url);

/** Starts everything; what a run leaves on the disk is gone when it stops. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const { now: start, accountsPerClass = 20, change, withCards = false, shared = false } = options;
  const folder = mkdtempSync(join(tmpdir(), 'palier-replay-'));
  const mails = await startMailSink();
  const running: RunningProgram[] = [];
  const onTheWall = start === 'wall';
  let now = start === 'wall' ? instantOf(Date.now()) : start;
  let stores: SharedStores | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((program) => program.stop()));
    await stores?.stop();
    await mails.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const clockArgs = onTheWall ? [] : ['--now', String(start)];
    const portalArgs = ['--per-class', String(accountsPerClass), '--smtp-port', String(mails.port)];
    const portal = await program('portal', [...portalArgs, ...clockArgs]);
    running.push(portal);
    const origin = new URL(/http:\S+/.exec(portal.ready)?.[0] ?? '');
    await prepareState(folder);
    const ports = [await freePort()];
    if (shared) {
      ports.push(await freePort());
      stores = await startSharedStores();
    }
    const [port = 0] = ports;
    const file = join(folder, 'palier.yaml');
    const authority = withCards ? await makeCardAuthority(folder, now) : undefined;
    const cardOrigin = new URL(`https://localhost:${withCards ? await freePort() : 0}`);
    const reading = authority === undefined ? undefined : readingCards(authority, cardOrigin);
    writeFileSync(file, written(port, origin, [reading, change]));
    const gateways: RunningProgram[] = [];
    for (const [place, own] of ports.entries()) {
      const named = join(folder, `palier-${place}.yaml`);
      writeFileSync(named, stores === undefined ? readFileSync(file) : instanceOf(file, place, own, stores));
      const gateway = await program('gateway', ['--config', named, ...clockArgs]);
      gateways.push(gateway);
      running.push(gateway);
    }
    return {
      origin: new URL(`http://localhost:${port}`),
      portal: origin,
      ports,
      mails,
      budgets: budgetsIn(file),
      cards: authority && siteCards(authority, origin, cardOrigin),
      now: () => (onTheWall ? instantOf(Date.now()) : now),
      async moveTo(to) {
        if (onTheWall) throw new TypeError('nobody moves the clock on the wall');
        now = instantOf(Math.max(now, to));
        await Promise.all([portal.ask({ now }), ...gateways.map((one) => one.ask({ now }))]);
      },
      ticketFor: async (login) => String(await gateways[0]?.ask({ ticketFor: login })),
      alerts: async () =>
        (await Promise.all(gateways.map((one) => one.ask({ alerts: true }))))
          .flatMap((own) => own as readonly Alert[])
          .sort((one, other) => one.at - other.at),
      async lock(login) {
        await command(['account', 'lock', login, '--config', file]);
        // A stop holds everywhere in under a second, by the clock on the wall and not by the replay's.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      },
      async exposure(onPerson) {
        await Promise.all(gateways.map((one) => one.stop()));
        const key = JSON.parse(readFileSync(join(folder, 'ledger-private.jwk'), 'utf8'));
        const everything = { accounts: undefined, from: instantOf(0), to: instantOf(8.64e15) };
        const reports: Exposure[] = [];
        for (const place of ports.keys()) {
          const directory = join(folder, stores === undefined ? 'ledger' : `ledger-${place}`);
          reports.push(await exposureReport({ directory, privateKeys: [key], ...everything }, onPerson));
        }
        return reports;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function program(name: 'portal' | 'gateway', args: readonly string[]): Promise<RunningProgram> {
  const ready = new RegExp(`^${name} ready on `);
  return startProgram(new URL(`programs/${name}.ts`, import.meta.url), { args, ready, answers: true });
}

/** What an operator types; rejects when it fails. */
async function command(args: readonly string[]): Promise<void> {
  const palier = new URL('../../packages/gateway/src/cli/main.ts', import.meta.url);
  const done = await startProgram(palier, { args, ready: /^locked; / });
  await done.stop();
}

/** The same gateway at a port of its own, with a ledger of its own, on stores that are shared. */
function instanceOf(file: string, place: number, port: number, { setting }: SharedStores): string {
  return readFileSync(file, 'utf8')
    .replace(/^listen: .*$/m, `listen: 127.0.0.1:${port}`)
    .replace(/^stores: .*$/m, `stores: ${setting}`)
    .replace('directory: ledger,', `directory: ledger-${place},`);
}

function written(port: number, portal: URL, changes: readonly (Change | undefined)[]): string {
  const text = readFileSync(settings, 'utf8')
    .replaceAll(':8080', `:${port}`)
    .replaceAll(':8081', `:${portal.port}`);
  return changes.reduce<string>((before, change) => {
    const after = change === undefined ? before : change(before);
    if (change !== undefined && after === before) throw new Error('an ablation changed nothing');
    return after;
  }, text);
}

/** A listener for cards beside the portal's own sign-in; the portal tells which person is behind an account. */
function readingCards({ settings: lines }: CardAuthority, { port, origin }: URL): Change {
  const source = [`listen: 127.0.0.1:${port}`, `origin: ${origin}`, ...lines].map(
    (line) => `      ${line}\n`,
  );
  return (text) =>
    text
      .replace('      name: /name\n', '      name: /name\n      person: /nationalId\n')
      .replace('\nroutes:\n', `\n  - client-certificate:\n${source.join('')}\nroutes:\n`);
}

/** The budgets of a configuration; without a file, of the replay's own. */
export function budgetsIn(file: string | URL = settings): Budgets {
  const parsed = parseConfig(readFileSync(file, 'utf8'), { readFile: () => '', environment: {} });
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ problem }) => problem).join('\n'));
  return parsed.config.budgets;
}

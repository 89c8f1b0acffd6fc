// The replay itself, small: what the command prints, and that it is the gateway that makes the difference.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPopulation } from '../portal/population.ts';
import { startGateway } from './gateway.ts';
import { mailboxOf } from './mailbox.ts';
import { type RunningProgram, startProgram } from './processes.ts';
import { type RunReport, runPasswords } from './runs.ts';

const PERSONS = { size: 600_000, seed: 2022 } as const;
const persons = createPopulation(PERSONS);
const LIMIT = 400;

async function startPortal(): Promise<RunningProgram> {
  return startProgram(new URL('../portal/main.ts', import.meta.url), {
    args: ['--port', '0'],
    ready: /^portal ready on /,
  });
}

const originOf = ({ ready }: RunningProgram): URL => new URL(/http:\S+/.exec(ready)?.[0] ?? '');

describe('19 stolen passwords and mailboxes', () => {
  let portal: RunningProgram;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.stop());

  async function behind(change?: (settings: string) => string): Promise<RunReport> {
    const gateway = await startGateway(originOf(portal), change);
    const mailbox = mailboxOf(portal.lines);
    try {
      const origin = gateway.origin;
      return await runPasswords({ name: 'g', origin, persons, limit: LIMIT, mailbox, progress: () => {} });
    } finally {
      await gateway.stop();
    }
  }

  it('read every person they ask the bare portal for', async () => {
    const origin = originOf(portal);
    const run = await runPasswords({ name: 'd', origin, persons, limit: LIMIT, progress: () => {} });
    expect([run.signedIn, run.exposed]).toEqual([19, LIMIT]);
  });

  it('read nobody behind the gateway', async () => {
    const run = await behind();
    expect([run.signedIn, run.exposed]).toEqual([19, 0]);
  });

  it('read every person again when the gateway only observes', async () => {
    const run = await behind((settings) => settings.replace('mode: enforce', 'mode: observe'));
    expect([run.signedIn, run.exposed]).toEqual([19, LIMIT]);
  });
});

it('the command prints one line for machines and ends with 0', async () => {
  const replay = await startProgram(new URL('main.ts', import.meta.url), {
    args: ['--json', '--limit', '100'],
    ready: /^\{"runs"/,
  });
  await replay.stop();
  expect(JSON.parse(replay.ready)).toEqual({
    runs: [
      { name: 'direct', exposed: 100 },
      { name: 'gateway', exposed: 0, bound: 0 },
    ],
  });
  expect(replay.lines).toHaveLength(1);
});

// A misspelt emergency stop must not look done.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareState } from '../../../../examples/demo/state.ts';
import { accountCommand } from './account.ts';
import { explainCommand } from './explain.ts';
import { resumeCommand, stopCommand } from './stop.ts';
import type { Command } from './terminal.ts';
import { ticketCommand } from './ticket.ts';
import { UsageError } from './words.ts';

const starter = readFileSync(new URL('../../assets/palier.yaml', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'palier-names-'));
const file = join(folder, 'palier.yaml');
const quiet = join(folder, 'quiet.yaml');

beforeAll(async () => {
  await prepareState(folder);
  const own = 'budgets: { classes: { dentiste: { day: { floor: 50, ceiling: 100, cardCeiling: 150 } } } }\n';
  writeFileSync(file, `${starter}\n${own}`);
  writeFileSync(quiet, starter.replace('      organisation: /organisation\n', ''));
  await run(ticketCommand, 'issue', 'pharmacie-01');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(command: Command, ...words: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const named = words.includes('--config') ? words : [...words, '--config', file];
  const code = await command(named, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      // Lines of the log go there too.
      if (!text.startsWith('{')) err += text;
    },
    environment: {},
    interactive: false,
  });
  return { code, out, err };
}

const stops = async (): Promise<string> => (await run(stopCommand, 'list')).out;

describe('palier account lock', () => {
  it('of a name that nobody known here has holds, says so and asks after the one that was meant', async () => {
    const { code, out, err } = await run(accountCommand, 'lock', 'pharmcie-01');
    expect([code, out]).toEqual([3, 'locked in advance: nobody known here is pharmcie-01\n']);
    expect(err).toContain('warning: pharmcie-01 is new here: no factor, no session, no ticket');
    expect(err).toContain('Did you mean "pharmacie-01"?');
    expect(err).toContain('nobody is locked: palier account unlock pharmcie-01');
    expect(await stops()).toContain('account pharmcie-01');
  });

  it('of an account that left a trace says nothing of the kind', async () => {
    expect(await run(accountCommand, 'lock', 'pharmacie-01')).toEqual({
      code: 0,
      out: 'locked; 0 session(s) ended\n',
      err: '',
    });
  });

  it('asks after nobody where no name is near', async () => {
    const { code, err } = await run(accountCommand, 'lock', 'nobody-here');
    expect([code, err.includes('Did you mean')]).toEqual([3, false]);
  });
});

describe('palier account lock without the keys', () => {
  it('holds, and says what could not be done besides', async () => {
    const keys = join(folder, 'palier-keys.json');
    renameSync(keys, `${keys}.away`);
    try {
      await expect(run(accountCommand, 'lock', 'kine-09')).rejects.toThrow(
        /^kine-09 is locked and shown nothing; its sessions were not ended: there is no key file at /,
      );
      expect(await stops()).toContain('account kine-09');
      await expect(run(accountCommand, 'unlock', 'kine-09')).rejects.toThrow(/^there is no key file/);
    } finally {
      renameSync(`${keys}.away`, keys);
    }
  });
});

describe('palier account revoke-sessions and reset-factors', () => {
  it.each(['revoke-sessions', 'reset-factors'])('%s of nobody known here says so', async (verb) => {
    expect(await run(accountCommand, verb, 'pharmcie-01')).toMatchObject({
      code: 0,
      err: expect.stringContaining('pharmcie-01 is new here'),
    });
    await run(ticketCommand, 'issue', 'kine-07');
    expect((await run(accountCommand, verb, 'kine-07')).err).toBe('');
  });
});

describe('palier stop', () => {
  it.each([
    [
      'class',
      'dentist',
      'names no class "dentist": unless the portal says it, nobody has it. Did you mean "dentiste"?',
    ],
    ['class', 'astronaut', 'nobody has it. Known: gp, nurse'],
    ['account', 'pharmacie-1', 'Did you mean "pharmacie-01"?'],
  ])('of the %s "%s" holds, and says that nobody known here has it', async (kind, name, words) => {
    const { code, out, err } = await run(stopCommand, kind, name);
    expect([code, out]).toEqual([3, `stopped, though nobody known here has it: ${kind} ${name}\n`]);
    expect(err).toContain(words);
    expect(await stops()).toContain(`${kind} ${name}`);
  });

  it('of a class that is declared or built in, and of everything, is simply done', async () => {
    for (const what of [['class', 'dentiste'], ['class', 'pharmacy'], ['everything']])
      expect(await run(stopCommand, ...what)).toMatchObject({ code: 0, err: '' });
  });

  it('of an organisation says that its spelling is known to the portal alone, or that none is said', async () => {
    expect(await run(stopCommand, 'organisation', 'cabinet-12')).toMatchObject({
      code: 0,
      out: 'stopped: organisation cabinet-12 (as the portal spells it; Palier has no list of organisations)\n',
    });
    expect(await run(stopCommand, 'organisation', 'cabinet-12', '--config', quiet)).toMatchObject({
      code: 3,
      err: expect.stringContaining('no source of identity says one, so nobody is stopped'),
    });
  });

  it('of a route that the configuration has not stops nothing, and asks after the one that was meant', async () => {
    await expect(run(stopCommand, 'route', 'GET /patient/{nir}')).rejects.toThrow(
      'nothing was stopped: no route is written "GET /patient/{nir}"; did you mean "GET /patients/{nir}"?',
    );
    expect(await stops()).not.toContain('/patient/');
  });
});

describe('palier resume', () => {
  it('lifts a stop of a route that the configuration has no more', async () => {
    const longer = join(folder, 'longer.yaml');
    writeFileSync(longer, starter.replace('routes:\n', 'routes:\n  - { match: GET /old, require: open }\n'));
    await run(stopCommand, 'route', 'GET /old', '--config', longer);
    expect(await run(resumeCommand, 'route', 'GET /old')).toMatchObject({ code: 0, out: 'ended\n' });
  });

  it('says that nothing of that name was stopped', async () => {
    expect(await run(resumeCommand, 'class', 'dentistes')).toMatchObject({
      code: 1,
      out: 'nothing was stopped as class "dentistes" (palier stop list)\n',
    });
  });
});

describe('other words on the command line', () => {
  it('palier ticket issue asks after a known name too, never after the one it was given or the next number', async () => {
    for (const name of ['pharmacie-03', 'somebody-else']) {
      const far = await run(ticketCommand, 'issue', name);
      expect(far.err).toContain(`${name} is new here`);
      expect(far.err).not.toContain('Did you mean');
    }
    const near = await run(ticketCommand, 'issue', 'pharmacy-01');
    expect([near.code, near.err.includes('Did you mean "pharmacie-01"?')]).toEqual([0, true]);
  });

  it('palier ticket revoke says what is no ticket id, and where they are listed', async () => {
    const revoked = run(ticketCommand, 'revoke', 'pharmacie-01', 'nope');
    await expect(revoked).rejects.toThrow(
      '"nope" is no ticket id; palier ticket list pharmacie-01 shows them',
    );
    await expect(revoked).rejects.toThrow(UsageError);
  });

  it('palier explain --as says of a class without a budget that default decides', async () => {
    const asked = async (name: string): Promise<string> =>
      (await run(explainCommand, 'GET', '/patients/199019999900110', '--as', name)).err;
    expect(await asked('dentist')).toContain(
      'the class "dentist" has no budget of its own and gets that of default; did you mean "dentiste"?',
    );
    expect(await asked('dentiste')).toBe('');
  });
});

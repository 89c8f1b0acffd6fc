// `palier account show|lock|unlock|revoke-sessions|reset-factors`: what an operator does when a person calls, or an alarm rings.
import { parseArgs } from 'node:util';
import { accountNamed, withMfa } from './state.ts';
import { stopNow } from './stop.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

export const accountCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      reason: { type: 'string', default: '' },
    },
  });
  const [verb, name] = positionals;
  const account = accountNamed(name);
  return withMfa(soundConfig(values.config, terminal), terminal, async (mfa, { standings }) => {
    if (verb === 'show') {
      const factors = await mfa.factors.list(account);
      const sessions = (await mfa.sessions.list(account)).map(({ id, openedAt, agent, proofs }) => ({
        id,
        openedAt: new Date(openedAt).toISOString(),
        agent,
        proofs: proofs.map(({ kind }) => kind),
      }));
      const words = [
        `${account}\n`,
        ...factors.map((factor) => `  ${factor.kind}  ${factor.name}  ${factor.id}\n`),
        ...(factors.length === 0 ? ['  no factor: the first needs a ticket (palier ticket issue)\n'] : []),
        ...sessions.map(({ id, openedAt, agent }) => `  session ${id} since ${openedAt} ${agent}\n`),
        ...(sessions.length === 0 ? ['  no session\n'] : []),
      ].join('');
      print(terminal, values.json, { account, factors, sessions }, words);
      return 0;
    }
    if (verb === 'lock') {
      // First the stop, then the sessions: none is opened between.
      await standings.stops.put(stopNow({ kind: 'account', name: account }, values.reason));
      const ended = await mfa.sessions.endAll(account, 'operator');
      print(terminal, values.json, { locked: account, ended }, `locked; ${ended} session(s) ended\n`);
      return 0;
    }
    if (verb === 'unlock') {
      const outcome = await standings.stops.end('account', account);
      print(terminal, values.json, { outcome }, `${outcome === 'ended' ? 'unlocked' : 'was not locked'}\n`);
      return outcome === 'ended' ? 0 : 1;
    }
    if (verb === 'revoke-sessions') {
      const ended = await mfa.sessions.endAll(account, 'operator');
      print(terminal, values.json, { ended }, `${ended} session(s) ended\n`);
      return 0;
    }
    if (verb !== 'reset-factors')
      throw new UsageError('write: palier account show|lock|unlock|revoke-sessions|reset-factors ACCOUNT');
    const removed = await mfa.factors.resetByOperator(account);
    print(
      terminal,
      values.json,
      { removed },
      `${removed} factor(s) removed; issue a ticket for the next enrolment\n`,
    );
    return 0;
  });
};

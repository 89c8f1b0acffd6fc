// `palier account show|revoke-sessions|reset-factors`: what an operator does when a person calls, or an alarm rings.
import { parseArgs } from 'node:util';
import { accountNamed, withMfa } from './state.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

export const accountCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  const [verb, name] = positionals;
  const account = accountNamed(name);
  return withMfa(soundConfig(values.config, terminal), terminal, async (mfa) => {
    if (verb === 'show') {
      const factors = await mfa.factors.list(account);
      const sessions = (await mfa.sessions.list(account)).map(({ id, openedAt, agent, proofs }) => ({
        id,
        openedAt: new Date(openedAt).toISOString(),
        agent,
        proofs: proofs.map(({ kind }) => kind),
      }));
      const words = `${account}\n${factors.map((factor) => `  ${factor.kind}  ${factor.name}  ${factor.id}\n`).join('')}${sessions.map((session) => `  session ${session.id} since ${session.openedAt} ${session.agent}\n`).join('')}`;
      print(terminal, values.json, { account, factors, sessions }, words);
      return 0;
    }
    if (verb === 'revoke-sessions') {
      const ended = await mfa.sessions.endAll(account, 'operator');
      print(terminal, values.json, { ended }, `${ended} session(s) ended\n`);
      return 0;
    }
    if (verb !== 'reset-factors')
      throw new UsageError('write: palier account show|revoke-sessions|reset-factors ACCOUNT');
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

// `palier explain METHOD TARGET [--as CLASS] [--proof KIND]`: the very functions that enforce, asked on paper. Without
// --as nobody is signed in; each --proof was given this moment.
import { parseArgs } from 'node:util';
import {
  type AccountId,
  type FactorId,
  type Proof,
  type ProofId,
  Secret,
  systemClock,
} from '@palier/mfa-core';
import { createRecordKeys } from '../budget/record-keys.ts';
import { recordTypes } from '../budget/record-types.ts';
import { meantOf } from '../config/nearest.ts';
import type { Identity } from '../identity/identity.ts';
import { type Explanation, explain } from '../policy/explain.ts';
import { compilePolicy } from '../policy/policy.ts';
import { explanationWords } from './explain-words.ts';
import { type Command, print, soundConfig } from './terminal.ts';
import { demandAtMost, UsageError } from './words.ts';

const usage = 'write: palier explain METHOD TARGET [--as CLASS] [--proof totp|webauthn|recovery-code|card]';

export const explainCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      as: { type: 'string' },
      proof: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', default: '127.0.0.1' },
    },
  });
  const [method, target] = positionals;
  if (method === undefined || target === undefined) throw new UsageError(usage);
  demandAtMost(2, positionals, usage);
  const config = soundConfig(values.config, terminal);
  const asker = { identity: identityOf(values.as), proofs: values.proof.map(proofOf), peer: values.peer };
  const paper = {
    policy: compilePolicy(config.routes, config.defaultUpstream),
    budgets: config.budgets,
    // Any key does: what is a record does not rest on it.
    recordKeys: createRecordKeys(
      { current: new Secret(new Uint8Array(32)) },
      '',
      recordTypes(config.recordTypes),
    ),
  };
  const explanation = await explain(paper, method, target, asker, systemClock.now());
  if (values.as !== undefined && !config.budgets.classes.has(values.as))
    terminal.err(undeclared(values.as, [...config.budgets.classes.keys()]));
  print(terminal, values.json, explanation, explanationWords(explanation));
  return isRefused(explanation) ? 1 : 0;
};

function undeclared(name: string, known: readonly string[]): string {
  return `warning: the class "${name}" has no budget of its own and gets that of default; ${meantOf(name, known)}\n`;
}

function isRefused(explanation: Explanation): boolean {
  if (explanation.outcome !== 'matched' || explanation.unread !== undefined) return true;
  return explanation.verdict.kind === 'refused' || explanation.verdict.kind === 'slow-down';
}

function identityOf(accountClass: string | undefined): Identity {
  if (accountClass === undefined) return { kind: 'anonymous' };
  const account = 'somebody' as AccountId;
  return {
    kind: 'account',
    account,
    class: accountClass,
    organisation: undefined,
    groups: [],
    displayName: account,
    source: 'explain',
  };
}

function proofOf(kind: string): Proof {
  const base = { id: 'prf_explain' as ProofId, at: systemClock.now() };
  if (kind === 'card') return { kind, ...base, evidence: 'explain' };
  if (kind === 'totp' || kind === 'recovery-code')
    return { kind, ...base, factor: 'fac_explain' as FactorId };
  if (kind === 'webauthn')
    return { kind, ...base, factor: 'fac_explain' as FactorId, deviceBound: true, cardClass: false };
  throw new UsageError(`"${kind}" is no proof; known are totp, webauthn, recovery-code, card`);
}

// `palier explain METHOD TARGET`: the very functions that enforce, asked on paper.
import { parseArgs } from 'node:util';
import { compilePolicy, matchRoute } from '../policy/policy.ts';
import { parseTarget } from '../request/target.ts';
import { type Command, print, soundConfig, UsageError } from './terminal.ts';

export const explainCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv], allowPositionals: true, options: { config: { type: 'string', default: 'palier.yaml' }, json: { type: 'boolean', default: false } },
  });
  const [method, raw] = positionals;
  if (method === undefined || raw === undefined) throw new UsageError('write: palier explain METHOD TARGET, for example palier explain GET /patients/1');
  const config = soundConfig(values.config, terminal);
  const target = parseTarget(raw);
  if ('refused' in target) {
    print(terminal, values.json, { refused: target.refused }, `refused with 400 before any route: ${target.refused}\n`);
    return 1;
  }
  const found = matchRoute(compilePolicy(config.routes, config.defaultUpstream), { method, segments: target.segments });
  if ('refusal' in found) {
    print(terminal, values.json, { refused: found.refusal.reason }, `refused with ${found.refusal.status}: ${found.refusal.reason}\n`);
    return 1;
  }
  const { route, parameters } = found;
  const asks = route.requirement.kind === 'step-up' ? `step-up with ${route.requirement.accept.join(' or ')}, at most ${route.requirement.maxAge} s old` : route.requirement.kind;
  const counts = route.records.map((rule) => `${rule.as} from ${rule.from}`).join(', ') || 'nothing';
  const value = { route: route.id, line: route.line, requirement: route.requirement, records: route.records, parameters: Object.fromEntries(parameters) };
  print(terminal, values.json, value, `route    ${route.id} (line ${route.line})\nasks     ${asks}\ncounts   ${counts}\nupstream ${route.upstream}\n`);
  return 0;
};

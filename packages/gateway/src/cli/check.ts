// `palier check`: every problem at once, with line and fix, and what is sound but rarely meant. Also tries the files of keys
// and certificates, which are half of what goes wrong.
import { parseArgs } from 'node:util';
import { warningsOf } from '../config/warnings.ts';
import { cardFileObjections } from './card-files.ts';
import { keyObjections } from './key-objections.ts';
import { providerFileObjections } from './provider-files.ts';
import { type Command, print, problemLines, readConfig, warningLines } from './terminal.ts';

export const checkCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  const path = positionals[0] ?? values.config;
  const read = readConfig(path, terminal);
  const keys = 'problems' in read ? { problems: [], warnings: [] } : await keyObjections(read.config);
  const problems =
    'problems' in read
      ? read.problems
      : [
          ...keys.problems.map(read.place),
          ...(await cardFileObjections(read.config)).map(read.place),
          ...providerFileObjections(read.config).map(read.place),
        ];
  const warnings = 'problems' in read ? [] : [...warningsOf(read.config), ...keys.warnings].map(read.place);
  const words =
    problems.length === 0
      ? `${warningLines(path, warnings)}${path} is sound\n`
      : `${problemLines(path, problems)}${problems.length} problem(s)\n`;
  print(terminal, values.json, { sound: problems.length === 0, problems, warnings }, words);
  return problems.length === 0 ? 0 : 1;
};

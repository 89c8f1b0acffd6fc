// `palier check`: every problem at once, with line and fix, and what is sound but rarely meant. Also tries the files of keys and certificates, which are half
// of what goes wrong.
import { parseArgs } from 'node:util';
import type { ConfigProblem } from '../config/config.ts';
import { warningsOf } from '../config/warnings.ts';
import { readKeyFile } from '../keys/keys.ts';
import { cardFileObjections } from './card-files.ts';
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
  const problems =
    'problems' in read
      ? read.problems
      : [
          ...keyProblems(read.config.keys.file),
          ...(await cardFileObjections(read.config)).map(read.place),
          ...providerFileObjections(read.config).map(read.place),
        ];
  const warnings = 'problems' in read ? [] : warningsOf(read.config).map(read.place);
  const words =
    problems.length === 0
      ? `${warningLines(path, warnings)}${path} is sound\n`
      : `${problemLines(path, problems)}${problems.length} problem(s)\n`;
  print(terminal, values.json, { sound: problems.length === 0, problems, warnings }, words);
  return problems.length === 0 ? 0 : 1;
};

function keyProblems(file: string): readonly ConfigProblem[] {
  try {
    readKeyFile(file);
    return [];
  } catch (error) {
    return [
      {
        line: 1,
        column: 1,
        path: 'keys.file',
        problem: error instanceof Error ? error.message : 'unreadable',
        fix: 'make one with "palier init", or name the right file',
      },
    ];
  }
}

// `palier check`: every problem at once, with line and fix, and what is sound but rarely meant. Also tries the files and
// folders that are named, which are half of what goes wrong.
import { parseArgs } from 'node:util';
import { startProblems } from './start-files.ts';
import { type Command, print, problemLines, readConfig, warningLines } from './terminal.ts';
import { demandAtMost } from './words.ts';

export const checkCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
    },
  });
  demandAtMost(1, positionals, 'write: palier check [--config FILE]');
  const path = positionals[0] ?? values.config;
  const read = readConfig(path, terminal);
  const { problems, warnings } =
    'problems' in read ? { problems: read.problems, warnings: [] } : await startProblems(read);
  const words =
    problems.length === 0
      ? `${warningLines(path, warnings)}${path} is sound\n`
      : `${problemLines(path, problems)}${problems.length} problem(s)\n`;
  print(terminal, values.json, { sound: problems.length === 0, problems, warnings }, words);
  return problems.length === 0 ? 0 : 1;
};

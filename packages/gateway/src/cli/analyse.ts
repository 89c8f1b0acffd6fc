// `palier analyse LOGFILE`: what budgets would have asked of the people in an access log, and budgets fitted to it.
import { parseArgs } from 'node:util';
import { type Analysis, analyseLog, isRecommended } from '../analyse/analyse.ts';
import { curveSvg } from '../analyse/curve-svg.ts';
import { usualFields } from '../analyse/line-reader.ts';
import { analysisText, budgetsYaml, curveCsv } from '../analyse/papers.ts';
import { writeNew } from '../files/writing.ts';
import { type Command, print, progressOn, soundConfig } from './terminal.ts';
import { UsageError } from './words.ts';

const usage =
  'write: palier analyse LOGFILE [--account FIELD] [--class FIELD] [--time P] [--method P] [--target P] [--status P] [--prompts 0.05] [--csv FILE] [--svg FILE] [--budgets FILE]';

export const analyseCommand: Command = async (argv, terminal) => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'palier.yaml' },
      json: { type: 'boolean', default: false },
      account: { type: 'string' },
      class: { type: 'string' },
      time: { type: 'string', default: usualFields.time },
      method: { type: 'string', default: usualFields.method },
      target: { type: 'string', default: usualFields.target },
      status: { type: 'string', default: usualFields.status },
      prompts: { type: 'string', default: '0.05' },
      csv: { type: 'string' },
      svg: { type: 'string' },
      budgets: { type: 'string' },
    },
  });
  const [path, ...more] = positionals;
  const prompts = Number(values.prompts);
  if (path === undefined || more.length > 0 || !(prompts >= 0 && prompts <= 100)) throw new UsageError(usage);
  const { time, method, target, status } = values;
  const analysis = await analyseLog({
    path,
    config: soundConfig(values.config, terminal),
    fields: { account: values.account, class: values.class, time, method, target, status },
    prompts,
    onProgress: progressOn(terminal),
  });
  // Never over a file that is there: the last fit may be in use.
  if (values.csv !== undefined) writeNew(values.csv, curveCsv(analysis));
  if (values.svg !== undefined) writeNew(values.svg, curveSvg(analysis));
  if (values.budgets !== undefined) writeNew(values.budgets, budgetsYaml(analysis));
  const words = `${analysisText(analysis)}${values.budgets === undefined && analysis.classes.length > 0 ? `\n${budgetsYaml(analysis)}` : ''}`;
  print(terminal, values.json, analysis, words);
  return answerOf(analysis);
};

/** Nothing to fit to, or too little, is a no. */
function answerOf(analysis: Analysis): number {
  return analysis.classes.some((one) => isRecommended(analysis, one)) ? 0 : 1;
}

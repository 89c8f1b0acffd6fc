// What an analysis looks like on paper: words with a table for a terminal, the curve as CSV, and a `budgets:` section
// that `palier check` accepts.
import { type Analysis, type ClassAnalysis, isInOrder, isRecommended } from './analyse.ts';
import { type Fitted, leastSample } from './fit.ts';
import { misreadText } from './misread.ts';

const shown = [5, 10, 15, 20, 30, 40, 60, 75, 100, 150, 200];

/** The report for people. */
export function analysisText(analysis: Analysis): string {
  const { form, lines, malformed, nobody, other, unreadable, leftOut, first, last, classes } = analysis;
  const hidden = Object.entries(analysis.hidden).map(
    ([route, count]) =>
      `  ${route}: ${count} request(s) whose records stand in a body or an answer and are in no access log\n`,
  );
  return [
    `${lines} lines (${form}), ${malformed} malformed, ${nobody} without an account, ${other} on other routes, ${unreadable} without a record\n`,
    ...analysis.misread.map(misreadText),
    first === undefined ? '' : `from ${first} to ${last}\n`,
    ...hidden,
    leftOut === 0 ? '' : `  ${leftOut} look-up(s) of accounts beyond the most that are kept were left out\n`,
    analysis.forgetful
      ? '  too many persons to tell new ones from known ones: no caps on new ones were fitted\n'
      : '',
    isInOrder(analysis)
      ? ''
      : `  ${analysis.outOfOrder} look-up(s) are hours older than one before them: nothing is recommended. Put rotated parts together with the oldest first: cat access.log.2 access.log.1 access.log > whole.log\n`,
    malformed * 10 > lines
      ? '  More than one line in ten could not be read: palier analyse knows the combined format and JSON lines (docs/observe-first.md)\n'
      : '',
    ...classes.map((one) => classText(one, isRecommended(analysis, one))),
    classes.length === 0 ? 'No look-up was found: do the routes of the configuration match this log?\n' : '',
  ].join('');
}

/** What the numbers of a class rest on, and whether that is enough. */
function sampleText({ accounts, accountDays, days, fitted }: ClassAnalysis): string {
  const rests = `${accountDays} active account-day(s) of ${accounts} account(s) on ${days} day(s)`;
  const { days: leastDays, accounts: leastAccounts, accountDays: least } = leastSample;
  if (fitted.basis === 'too-few')
    return `  rests on ${rests}: TOO FEW to recommend anything (at least ${least}, ${leastAccounts} and ${leastDays}); the class keeps the numbers it has\n`;
  return fitted.basis === 'few'
    ? `  rests on ${rests}: enough for the presence; too few to see what happens once in 1,000, so no ceiling goes below the one the class has\n`
    : `  rests on ${rests}\n`;
}

function classText(one: ClassAnalysis, recommended: boolean): string {
  const { class: name, lookUps, persons, curve, fitted } = one;
  const long = curve.filter(({ withinHours, records }) => withinHours === 12 && shown.includes(records));
  const rows = long.map(
    ({ records, gesturesPerDay, promptsPerDay, exposed }) =>
      `  ${String(records).padStart(7)}  ${gesturesPerDay.toFixed(3).padStart(12)}  ${promptsPerDay.toFixed(3).padStart(12)}  ${String(exposed).padStart(26)}${recommended && records === fitted.key.records ? '  <- fitted' : ''}\n`,
  );
  return [
    `\n${name}: ${lookUps} look-up(s)\n`,
    sampleText(one),
    `  distinct persons in 24 h: median ${persons.median}, p95 ${persons.p95}, p99 ${persons.p99}, p99.9 ${persons.p999}\n`,
    '  records  gestures/day  beyond first  seen by 19 stolen sessions\n',
    ...rows,
    ...(recommended ? fittedText(fitted) : []),
  ].join('');
}

function fittedText(fitted: Fitted): readonly string[] {
  const fresh = fitted.newRecords;
  return [
    `  day cap ${fitted.day.floor} to ${fitted.day.ceiling} (card ${fitted.day.cardCeiling}): ${fitted.refusalsPer1000.toFixed(2)} refused account-days in 1,000\n`,
    fresh === undefined
      ? '  caps on new persons: the log is shorter than 58 days, the defaults stay\n'
      : `  new persons in 30 days: ${fresh.floor} to ${fresh.ceiling}\n`,
    fitted.accepted ? '' : '  no presence that was tried asks as little as was wanted\n',
  ];
}

/** The curve of every class, every candidate a line. */
export function curveCsv(analysis: Analysis): string {
  const head =
    'class,within_hours,records,gestures_per_day,prompts_beyond_first_per_day,exposed_by_19_stolen_sessions\r\n';
  const lines = analysis.classes.flatMap(({ class: name, curve }) =>
    curve.map(
      ({ withinHours, records, gesturesPerDay, promptsPerDay, exposed }) =>
        `${name},${withinHours},${records},${gesturesPerDay.toFixed(4)},${promptsPerDay.toFixed(4)},${exposed}\r\n`,
    ),
  );
  return head + lines.join('');
}

/** The fitted classes for palier.yaml. Codes are left out: their defaults are the promise about phishing. */
export function budgetsYaml(analysis: Analysis): string {
  const { first, last, classes } = analysis;
  const fitted = classes.filter((one) => isRecommended(analysis, one));
  const kept = classes.filter((one) => !fitted.includes(one));
  const days = `${first?.slice(0, 10) ?? '?'} to ${last?.slice(0, 10) ?? '?'}`;
  return [
    `# Fitted by "palier analyse" to a log of ${days}. What codes buy keeps its defaults.\n`,
    ...kept.map(
      ({ class: name, accounts, accountDays, days: on }) =>
        `# ${name}: ${accountDays} account-days of ${accounts} accounts on ${on} days are ${isInOrder(analysis) ? 'no sample' : 'in no order'}; it keeps the numbers it has.\n`,
    ),
    fitted.length === 0 ? 'budgets: {}\n' : 'budgets:\n  classes:\n',
    ...fitted.map(({ class: name, accountDays, fitted: { key, day, newRecords, misses } }) =>
      [
        `    ${name}: # ${accountDays} account-days\n`,
        `      key: { records: ${key.records}, within: ${key.withinHours}h }\n`,
        `      day: { floor: ${day.floor}, ceiling: ${day.ceiling}, cardCeiling: ${day.cardCeiling} }\n`,
        newRecords === undefined
          ? ''
          : `      newRecords: { floor: ${newRecords.floor}, ceiling: ${newRecords.ceiling} }\n`,
        `      misses: ${misses}\n`,
      ].join(''),
    ),
  ].join('');
}

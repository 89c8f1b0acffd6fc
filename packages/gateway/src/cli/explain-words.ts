// What `palier explain` prints of a route: everything that decides on it, a line for each, and nothing for what was not
// declared.
import type { RecordRule } from '../budget/record-rule.ts';
import type { Explanation, Judged } from '../policy/explain.ts';
import { type Condition, type GuessLimit, type Route, type SignInRule, takesBody } from '../policy/route.ts';

export function explanationWords(explanation: Explanation): string {
  switch (explanation.outcome) {
    case 'not-canonical':
      return `refused with 400 before any route: ${explanation.reason}\n`;
    case 'no-route': {
      const { refusal, near, others } = explanation;
      const also = [
        ...(near === undefined ? [] : [`near ${lineOf(near)}`]),
        ...others.map((route) => `other method: ${lineOf(route)}`),
      ];
      return [`refused with ${refusal.status}: ${refusal.reason}`, ...also, ''].join('\n');
    }
    case 'misfit':
      return `route    ${lineOf(explanation.matched.route)}\nrefused with ${explanation.refusal.status}: ${explanation.refusal.reason}\n`;
    case 'matched':
      return matchedWords(explanation);
  }
}

function matchedWords({ matched: { route }, passedOver, verdict, unread }: Judged): string {
  const rows = [...rowsOf(route), ['answer', answerOf(verdict, unread)] as const];
  return [
    ...rows.flatMap(([name, words]) => (words === undefined ? [] : [`${name.padEnd(8)} ${words}`])),
    ...passedOver.map((wider) => `instead of ${lineOf(wider)}`),
    '',
  ].join('\n');
}

type Row = readonly [name: string, words: string | undefined];

/** In the order in which they are judged. */
function rowsOf(route: Route): readonly Row[] {
  const { query, upgrade, conditions, signIn } = route;
  return [
    ['route', lineOf(route)],
    ['through', route.through && 'the gateway alone; a front that asks about it is refused'],
    ['query', query && (query.length === 0 ? 'none' : `only ${query.join(', ')}`)],
    ['body', bodyRow(route)],
    ['upgrade', upgrade],
    ['asks', asksOf(route)],
    ['when', conditions.length === 0 ? undefined : conditions.map(conditionWords).join('; ')],
    ['counts', route.records.map(recordWords).join(', ') || 'nothing'],
    ['fields', route.fields.length === 0 ? undefined : route.fields.join(', ')],
    ...(signIn === undefined ? [] : signInRows(signIn)),
    ['ends', route.signsOut ? 'the session, at the portal and here' : undefined],
    ['bind', route.bind === 'request' ? 'the assertion is good for this request alone' : undefined],
    ['client', route.client && `is a ${route.client} unless its headers say otherwise`],
    ['upstream', route.upstream],
  ];
}

function asksOf({ requirement }: Route): string {
  return requirement.kind === 'step-up'
    ? `step-up with ${requirement.accept.join(' or ')}, at most ${durationWords(requirement.maxAge)} old`
    : requirement.kind;
}

/** Where a method could have one, what is not let in is said too: on paper there is no body to be refused. */
function bodyRow(route: Route): string | undefined {
  const { body, records } = route;
  if (body !== undefined && body.types.length > 0) return bodyWords(body);
  if (body === undefined && (records.length === 0 || !takesBody(route))) return undefined;
  return 'none: a request with one is refused with 415: body-not-declared';
}

/** As an operator writes it in the configuration: in the largest unit that gives a whole number. */
function durationWords(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  const [factor, unit] = units.find(([size]) => seconds >= size && seconds % size === 0) ?? [0.001, 'ms'];
  return `${Math.round(seconds / factor)}${unit}`;
}

function bodyWords({ types, limit, members }: NonNullable<Route['body']>): string {
  const beside = members === 'any' ? '' : `, beside what is counted only ${members.join(', ') || 'nothing'}`;
  return `${types.join(' or ')}, at most ${limit} bytes${beside}`;
}

function conditionWords(condition: Condition): string {
  if (condition.kind !== 'time') return `${condition.kind} is ${condition.anyOf.join(' or ')}`;
  const { from, to, zone, days } = condition;
  return `time is ${from} to ${to} in ${zone}, days ${days.join(' ')}`;
}

function recordWords(rule: RecordRule): string {
  const most = 'atMost' in rule ? `, at most ${rule.atMost}` : '';
  return `${rule.as} from ${rule.from}${most}`;
}

/** How guesses at the portal's own sign-in are counted before it is asked. */
function signInRows({ kind, typed, limits, success, from, equal }: SignInRule): readonly Row[] {
  const where =
    typed === undefined
      ? 'nobody is named'
      : `login in ${typed.from === 'form' ? typed.name : typed.pointer}`;
  const { browser, account, network, pressure } = limits;
  const worked = [
    `status ${success.status.join(' or ')}`,
    ...(success.cookie === undefined ? [] : [`a new ${success.cookie}`]),
    ...(success.location === undefined ? [] : [`to ${success.location}`]),
  ];
  return [
    [kind === 'sign-in' ? 'signs in' : 'resets', where],
    [
      'guesses',
      `browser ${guessWords(browser)}; account ${guessWords(account)}; network ${guessWords(network)}; pressure ${pressure}`,
    ],
    ['success', kind === 'sign-in' ? worked.join(', ') : undefined],
    ['forms of', from.length === 0 ? undefined : `this origin and ${from.join(', ')}`],
    ['equal', equal && `every failure leads to ${equal.location} after ${durationWords(equal.after)}`],
  ];
}

function guessWords({ free, longest }: GuessLimit): string {
  return `${free} free, then waits up to ${durationWords(longest)}`;
}

/** What the address names is read when all else is enough, as at the door. */
function answerOf(verdict: Judged['verdict'], unread: Judged['unread']): string {
  const refused = unread && `refused with ${unread.status}: ${unread.reason}`;
  if (verdict.kind === 'enough') return refused ?? 'enough';
  return refused === undefined ? verdictWords(verdict) : `${verdictWords(verdict)}; then ${refused}`;
}

function verdictWords(verdict: Exclude<Judged['verdict'], { readonly kind: 'enough' }>): string {
  switch (verdict.kind) {
    case 'step-up':
      return verdict.because === 'pays-nothing'
        ? `step-up: pays-nothing; what was shown pays for no such look-up in this class, ${verdict.accept.join(' or ')} does`
        : `step-up: ${verdict.because}`;
    case 'refused':
      return `refused with ${verdict.refusal.status}: ${verdict.refusal.reason}`;
    case 'slow-down':
      return `refused with 429: the cap of ${verdict.cap} is met by this request alone`;
    case 'condition-not-met':
      return `condition-not-met: ${verdict.condition.kind}`;
    case 'sign-in':
      return 'sign-in: nobody is signed in; ask for somebody with --as CLASS';
  }
}

function lineOf(route: Route): string {
  return `${route.id} (line ${route.line})`;
}

// Lines that count persons and leave something out: sound, and safe, and found out when the first person is refused or
// when the authority asks. Each is silenced by saying it.
import { type Route, takesBody } from '../policy/route.ts';
import type { Config } from './config.ts';
import type { Objection } from './issues.ts';

export function countedWarnings({ routes }: Config): readonly Objection[] {
  return [...routes.flatMap((route, index) => leftOut(route, index)), ...ofFields(routes)];
}

function leftOut(route: Route, index: number): readonly Objection[] {
  return [ofBody(route), ofQuery(route)].flatMap((found) =>
    found === undefined ? [] : [{ path: ['routes', index, 'match'], ...found }],
  );
}

type Found = Pick<Objection, 'problem' | 'fix'> | undefined;

/** A search of an old portal is a form, and a form is a body. */
function ofBody(route: Route): Found {
  const { records, body } = route;
  if (records.length === 0 || body !== undefined || !takesBody(route)) return undefined;
  const members = isByAnswer(route) ? '' : ', members: [the fields it may have]';
  return {
    problem:
      'counts persons and lets no body pass, since none is declared: a form that is sent here would be refused (415)',
    fix: `write body: { types: [application/x-www-form-urlencoded]${members} }, or what the portal takes; where there is none, body: none`,
  };
}

/** Where the address names the person a query is seldom; a list has a question, or a second page. */
function ofQuery(route: Route): Found {
  const { queryLeftOut, methods, segments } = route;
  const isList = isByAnswer(route) && segments.every(({ kind }) => kind === 'literal');
  if (queryLeftOut === undefined || !isList || !methods.includes('GET')) return undefined;
  return {
    problem:
      'counts the persons of a list and lets no query pass, since none is declared: a search, or its second page, would be refused (400)',
    fix: 'write query: [the parameters it may have]; where there are none, query: []',
  };
}

function isByAnswer({ records }: Route): boolean {
  return records.length > 0 && records.every(({ from }) => from.startsWith('answer'));
}

/** Told once: after an incident it is one line of one form. */
function ofFields(routes: readonly Route[]): readonly Objection[] {
  const silent = routes.filter(({ records, fields }) => records.length > 0 && fields.length === 0);
  const [first] = silent;
  if (first === undefined) return [];
  const lines = silent.map(({ line }) => line).join(', ');
  return [
    {
      path: ['routes', routes.indexOf(first), 'records'],
      problem: `counts persons and does not say what it shows of them (line ${lines}): palier exposure report would say "not declared" where the authority asks for the categories of data`,
      fix: 'write fields: [identity, rights], or whatever the page shows, on each of these lines',
    },
  ];
}

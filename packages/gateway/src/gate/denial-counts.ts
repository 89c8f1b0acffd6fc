// How often what was denied, in rows that whoever asks cannot make many of: what would have been, where the gateway
// observes, and what was refused.
import type { Identity } from '../identity/identity.ts';
import type { Refusal } from '../request/request.ts';
import { type Denial, nameOf } from './denial.ts';

export interface DenialCount {
  /** `-` where nobody is known. */
  readonly class: string;
  readonly denial: string;
  /** Of a refusal, or of an answer that is withheld: the route that was meant. */
  readonly route?: string;
  /** Of a query parameter, form field or JSON member that no route declares: its name. */
  readonly parameter?: string;
  /** Of a body that no route declares: its media type. */
  readonly type?: string;
  readonly count: number;
}

export interface DenialCounts {
  note(denial: Denial, who?: Identity): void;
  rows(): readonly DenialCount[];
}

/** How many rows may have a name or a type: whoever asks chooses it. */
const mostNamed = 200;

export function createDenialCounts(): DenialCounts {
  const counts = new Map<string, DenialCount>();
  let named = 0;
  return {
    note: (denial, who) => {
      const { bare, full } = rowsOf(denial, who);
      const isNew = full !== undefined && !counts.has(full.key);
      const { key, row } = full === undefined || (isNew && named >= mostNamed) ? bare : full;
      if (isNew && key === full.key) named += 1;
      counts.set(key, { ...row, count: (counts.get(key)?.count ?? 0) + 1 });
    },
    rows: () => [...counts.values()],
  };
}

interface KeptRow {
  readonly key: string;
  readonly row: DenialCount;
}

/** The row, and the one that also has a name or a type where there is one to be shown. */
interface Rows {
  readonly bare: KeptRow;
  readonly full?: KeptRow;
}

function rowsOf(denial: Denial, who: Identity | undefined): Rows {
  const identity = denial.kind === 'step-up' ? denial.identity : who;
  const known = identity?.kind === 'account';
  const row = { class: known ? identity.class : '-', denial: nameOf(denial), count: 0 };
  const key = `${row.class} ${row.denial}`;
  if ((denial.kind !== 'refuse' && denial.kind !== 'unavailable') || denial.route === undefined)
    return { bare: { key, row } };
  const { id } = denial.route;
  const bare = { key: `${key} ${id}`, row: { ...row, route: id } };
  const sight = known && denial.kind === 'refuse' ? sightOf(denial.refusal) : undefined;
  if (sight === undefined) return { bare };
  return {
    bare,
    full: { key: [bare.key, ...Object.values(sight)].join(' '), row: { ...bare.row, ...sight } },
  };
}

/** What of the request may be shown beside the reason. */
function sightOf({ parameter, type }: Refusal): Pick<DenialCount, 'parameter' | 'type'> | undefined {
  const name = shownName(parameter);
  if (name !== undefined) return { parameter: name };
  const shown = type === undefined ? undefined : shownType(type);
  return shown === undefined ? undefined : { type: shown };
}

/** A name as people give parameters; a number in it may be a person's. */
function shownName(name: string | undefined): string | undefined {
  return name !== undefined && /^[A-Za-z_](?:[A-Za-z_.[\]-]|\d(?!\d\d)){0,39}$/.test(name) ? name : undefined;
}

/** A media type as there are, with a charset as there are; of other parameters only that there are some. */
function shownType(given: string): string | undefined {
  const [type = '', ...parameters] = given.toLowerCase().split(';');
  if (!/^[a-z]{1,20}\/(?:[a-z.+-]|\d(?!\d\d)){1,80}$/.test(type.trim())) return undefined;
  const rest = parameters.join(';').trim();
  const charset = /^charset=(?:utf-8|us-ascii|iso-8859-\d\d?|windows-125\d)$/.test(rest);
  return `${type.trim()}${rest === '' ? '' : charset ? `; ${rest}` : '; …'}`;
}

// What `palier observed` prints: tables, and below them what to write for what stands in them.
import type { DenialCount } from '../gate/denial-counts.ts';
import type { ObservedTables } from '../gate/observer.ts';
import type { UndeclaredAddress } from '../gate/undeclared.ts';
import type { RefusedTables } from '../health.ts';
import { hintFor } from './observed-hints.ts';

export function observedTable({ counts, addresses }: ObservedTables): string {
  if (counts.length === 0 && addresses.length === 0)
    return 'nothing would have been asked or refused since the gateway began\n';
  return `${denialTable('would have been', counts)}${addressTable(addresses)}${hintLines(counts)}`;
}

/** Beside it one should hold how many account-days there were: one in 2,000 is what the fit aims at. */
export function refusedTable({ counts, refusals, observed }: RefusedTables): string {
  return [
    'the gateway enforces; caps that refused somebody since it began:\n',
    capTable(counts),
    '\nrequests that were refused since it began (each is a line of the log, whose outcome is the word):\n',
    refusals.length === 0 ? 'none\n' : `${refusalTable(refusals)}${hintLines(refusals)}`,
    observed === undefined
      ? '\nwhat was observed before is known until the process ends, and this one did not observe\n'
      : `\nobserved before it enforced, until ${new Date(observed.until).toISOString()}:\n${observedTable(observed)}`,
  ].join('');
}

function denialTable(head: string, counts: readonly DenialCount[]): string {
  const rows = counts
    .toSorted((one, two) => one.class.localeCompare(two.class) || two.count - one.count)
    .map((row) => `${row.class.padEnd(16)}  ${row.denial.padEnd(40)}  ${whereOf(row)}\n`);
  return `${'class'.padEnd(16)}  ${head.padEnd(40)}  times  where\n${rows.join('')}`;
}

/** Nobody's class is known where the gateway refuses before it asks who somebody is. */
function refusalTable(refusals: readonly DenialCount[]): string {
  const rows = refusals
    .toSorted((one, two) => two.count - one.count)
    .map((row) => `${row.denial.padEnd(40)}  ${whereOf(row)}\n`);
  return `${'refused'.padEnd(40)}  times  where\n${rows.join('')}`;
}

function whereOf(row: DenialCount): string {
  if (row.route === undefined) return `${row.count}`;
  return `${String(row.count).padEnd(5)}  ${row.route}${sightOf(row)}`;
}

function sightOf({ denial, parameter, type }: DenialCount): string {
  if (type !== undefined) return `, content type: ${type}`;
  if (parameter === undefined) return '';
  if (denial === 'refuse:form-field-not-declared') return `, form field: ${parameter}`;
  return denial === 'refuse:json-member-not-declared'
    ? `, JSON member: ${parameter}`
    : `, query: ${parameter}`;
}

function addressTable(addresses: readonly UndeclaredAddress[]): string {
  if (addresses.length === 0) return '';
  const rows = addresses.map(
    ({ method, address, count }) => `${String(count).padEnd(5)}  ${method.padEnd(7)}  ${address}\n`,
  );
  return `\naddresses that no line declares and the portal answered:\ntimes  method   address\n${rows.join('')}`;
}

function hintLines(counts: readonly DenialCount[]): string {
  const named = new Set(counts.map(({ denial }) => denial));
  const lines = [...named].flatMap((denial) => {
    const hint = hintFor(denial);
    return hint === undefined ? [] : [`${denial}: ${hint}\n`];
  });
  return lines.length === 0 ? '' : `\nwhat to write (docs/observe-first.md):\n${lines.sort().join('')}`;
}

function capTable(counts: RefusedTables['counts']): string {
  if (counts.length === 0) return 'none\n';
  const rows = counts
    .toSorted((one, two) => one.class.localeCompare(two.class) || two.accountDays - one.accountDays)
    .map(({ class: name, cap, accountDays }) => `${name.padEnd(16)}  ${cap.padEnd(16)}  ${accountDays}\n`);
  return `${'class'.padEnd(16)}  ${'cap'.padEnd(16)}  account-days\n${rows.join('')}`;
}

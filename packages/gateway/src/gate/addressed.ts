// Whom an answer names in the addresses of its head: `303 See Other`, `Location: /patients/1850...` tells the number
// before anybody follows it. The address is read as the request it would become, by the same routes. What is no address
// of a declared route, or names no identifier there, names nobody.
import type { RecordKeys } from '../budget/record-keys.ts';
import type { CountedRecord } from '../budget/record-rule.ts';
import { matchRoute, type Policy } from '../policy/policy.ts';
import type { Matched } from '../policy/route.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { parseQuery } from '../request/query.ts';
import type { CanonicalRequest } from '../request/request.ts';

type Asked = Pick<CanonicalRequest, 'host' | 'target' | 'method'>;

const names: ReadonlySet<string> = new Set(['location', 'content-location']);

/** Distinct records in the paths and queries of the addresses. */
export function recordsOfAddresses(
  policy: Policy,
  asked: Asked,
  { headers }: Pick<Exchange, 'headers'>,
  keys: RecordKeys,
): readonly CountedRecord[] {
  const found = new Map<string, CountedRecord>();
  for (const [name, value] of headers) {
    if (!names.has(name.toLowerCase())) continue;
    for (const record of recordsAt(policy, asked, value, keys)) found.set(record.digest, record);
  }
  return [...found.values()];
}

/** Whatever host it leads to: the number stands in it all the same. */
function recordsAt(
  policy: Policy,
  asked: Asked,
  address: string,
  keys: RecordKeys,
): readonly CountedRecord[] {
  const base = `http://${asked.host}${asked.target}`;
  const url = URL.canParse(address, base) ? new URL(address, base) : undefined;
  const segments = url && segmentsOf(url.pathname);
  if (url === undefined || segments === undefined) return [];
  const matched = ['GET', asked.method]
    .map((method) => matchRoute(policy, { method, segments }))
    .find((one): one is Matched => !('refusal' in one));
  return matched === undefined ? [] : namedBy(matched, url.search.slice(1), keys);
}

function segmentsOf(path: string): readonly string[] | undefined {
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function namedBy({ route, parameters }: Matched, query: string, keys: RecordKeys): readonly CountedRecord[] {
  const pairs = parseQuery(query);
  return route.records.flatMap((rule): readonly CountedRecord[] => {
    const texts =
      rule.from === 'path'
        ? [parameters.get(rule.name) ?? '']
        : rule.from === 'query' && !('refused' in pairs)
          ? pairs.flatMap(([name, value]) => (name === rule.name ? [value] : []))
          : [];
    return texts.map((text) => keys.record(rule.as, text)).filter((record) => record !== undefined);
  });
}

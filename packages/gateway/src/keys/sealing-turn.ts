// Which sealing key comes after which. The next one is in the file, and so in every gateway, before anything is sealed under
// it: a gateway that does not know it yet would answer every code with a 503, from the rotation to its reload.

interface Sealing<Key> {
  readonly current: string;
  readonly keys: Readonly<Record<string, Key>>;
}

/** The next key is current, and a fresh one waits behind it. Where none waited (a file of before), no gateway knows this one. */
export function turnSealing<Key>(
  { current, keys }: Sealing<Key>,
  fresh: () => Key,
): Sealing<Key> & { readonly wasKnown: boolean } {
  const [next] = waitingBehind(current, Object.keys(keys));
  const free = freeAmong(keys);
  const more = { ...keys, [free]: fresh() };
  if (next !== undefined) return { current: next, keys: more, wasKnown: true };
  return { current: free, keys: { ...more, [freeAmong(more)]: fresh() }, wasKnown: false };
}

/** Nearest first. Behind a key with a name of somebody's own none is known to wait: what has a number may be older. */
export function waitingBehind(current: string, ids: readonly string[]): readonly string[] {
  const from = numberOf(current);
  if (from === undefined) return [];
  return ids
    .filter((id) => (numberOf(id) ?? 0) > from)
    .sort((one, other) => (numberOf(one) ?? 0) - (numberOf(other) ?? 0));
}

function numberOf(id: string): number | undefined {
  return /^k\d{1,9}$/.test(id) ? Number(id.slice(1)) : undefined;
}

/** Behind the highest there is: counted, it would write over the current one once an older one was taken out. */
function freeAmong(keys: object): string {
  return `k${Math.max(0, ...Object.keys(keys).map((id) => numberOf(id) ?? 0)) + 1}`;
}

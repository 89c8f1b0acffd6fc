// Memories that strangers fill: what is beyond the bound is forgotten, the oldest first.

/** Keeps a value as the newest of the map; of more than `most` the oldest goes. */
export function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > most ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}

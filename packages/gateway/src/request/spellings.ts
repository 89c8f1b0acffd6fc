// What is known of a header's name by its spelling: clients and portals use the same few dozen, and each is judged at
// every request and every answer.

/** Spellings beyond these are judged each time: a stranger cannot fill the memory. */
const most = 500;

/** `read` with a memory; what it answers may depend on the spelling only. Undefined is not remembered. */
export function bySpelling<Known>(read: (spelling: string) => Known): (spelling: string) => Known {
  const known = new Map<string, Known>();
  return (spelling) => {
    const before = known.get(spelling);
    if (before !== undefined) return before;
    const found = read(spelling);
    if (found !== undefined && known.size < most) known.set(spelling, found);
    return found;
  };
}

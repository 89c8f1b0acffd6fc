// One set of the memory store: which records, last seen when. Open addressing in one array of doubles, so that a million
// accounts of ten records fit (24 bytes a slot, nothing boxed); a Map of strings takes four times as much.

/** 96 bits of a record's digest as two integers. Digests are keyed hashes: nobody can choose two that meet here. */
export interface Tag {
  readonly high: number;
  readonly low: number;
}

const values = new Uint8Array(128).fill(63);
for (const [index, letter] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  values[letter.charCodeAt(0)] = index;
}

/** Reads the first 16 of a digest's 22 base64url characters. */
export function tagOf(digest: string): Tag {
  return { high: eight(digest, 0), low: eight(digest, 8) };
}

function eight(digest: string, from: number): number {
  let number = 0;
  for (let at = from; at < from + 8; at += 1)
    number = number * 64 + (values[digest.charCodeAt(at) & 127] ?? 0);
  return number;
}

const empty = -1;
const forgotten = Number.NEGATIVE_INFINITY;

export class LastSeen {
  /** Slots of three: high, low, time. `high` is `empty` where nobody ever was; times only grow stale, slots never move. */
  #slots: number[] = [];
  #capacity = 0;
  #taken = 0;
  #newest: number = forgotten;
  /** The last walk: it counted `#live` records at `#oldest` or later, and everything it left out was not after `#walked`. */
  #walked: number = forgotten;
  #oldest: number = Number.POSITIVE_INFINITY;
  #live = 0;

  /** The time after `since` at which the record was last seen. */
  seenAt(tag: Tag, since: number): number | undefined {
    const slot = this.#find(tag);
    const at = slot === undefined ? forgotten : (this.#slots[slot + 2] ?? forgotten);
    return at > since ? at : undefined;
  }

  /**
   * Marks the record seen. Times never run backwards in a set: after a clock step back the newest time is kept, which
   * counts the record for longer, never for less. Whoever is not after `since` may be forgotten.
   */
  touch(tag: Tag, now: number, since: number): void {
    const at = Math.max(now, this.#newest);
    this.#newest = at;
    const slot = this.#find(tag);
    const before = slot === undefined ? forgotten : (this.#slots[slot + 2] ?? forgotten);
    if (slot === undefined) this.#add(tag, at, since);
    else this.#slots[slot + 2] = at;
    if (before >= this.#oldest) return;
    this.#live += 1;
    this.#oldest = Math.min(this.#oldest, at);
  }

  /** Takes a record out: its key was rotated and it now stands under the new one. */
  forget(tag: Tag): void {
    const slot = this.#find(tag);
    if (slot === undefined) return;
    if ((this.#slots[slot + 2] ?? forgotten) >= this.#oldest) this.#live -= 1;
    this.#slots[slot + 2] = forgotten;
  }

  /** Records last seen after `since`. */
  live(since: number): number {
    if (this.#oldest > since && since >= this.#walked) return this.#live;
    const times = this.times(since);
    this.#walked = since;
    this.#live = times.length;
    this.#oldest = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
    return this.#live;
  }

  /** Last-seen times after `since`, in no order. */
  times(since: number): number[] {
    const times: number[] = [];
    for (let slot = 0; slot < this.#slots.length; slot += 3) {
      const at = this.#slots[slot + 2] ?? forgotten;
      if (this.#slots[slot] !== empty && at > since) times.push(at);
    }
    return times;
  }

  get newest(): number {
    return this.#newest;
  }

  #find(tag: Tag): number | undefined {
    if (this.#capacity === 0) return undefined;
    let slot = ((tag.low >>> 0) % this.#capacity) * 3;
    for (;;) {
      const high = this.#slots[slot];
      if (high === empty) return undefined;
      if (high === tag.high && this.#slots[slot + 1] === tag.low) return slot;
      slot = slot + 3 === this.#slots.length ? 0 : slot + 3;
    }
  }

  #add(tag: Tag, at: number, since: number): void {
    if ((this.#taken + 1) * 8 > this.#capacity * 7) this.#rebuild(since);
    this.#place(tag.high, tag.low, at);
  }

  #place(high: number, low: number, at: number): void {
    let slot = ((low >>> 0) % this.#capacity) * 3;
    while (this.#slots[slot] !== empty) slot = slot + 3 === this.#slots.length ? 0 : slot + 3;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#slots[slot + 2] = at;
    this.#taken += 1;
  }

  /** A larger table of those still in the window. What it leaves out was not after `since`, so the last walk still holds. */
  #rebuild(since: number): void {
    const old = this.#slots;
    this.#capacity = Math.max(5, Math.ceil((this.times(since).length + 1) * 1.4) + 1);
    // A first fill with halves makes V8 keep unboxed doubles.
    this.#slots = new Array<number>(this.#capacity * 3).fill(0.5).fill(empty);
    this.#taken = 0;
    for (let slot = 0; slot < old.length; slot += 3) {
      const at = old[slot + 2] ?? forgotten;
      if (old[slot] !== empty && at > since) this.#place(old[slot] ?? 0, old[slot + 1] ?? 0, at);
    }
  }
}

// One set of the memory store: which records, last seen when. Open addressing in one array of doubles, so that a million
// accounts of ten records fit (24 bytes a slot, nothing boxed); a Map of strings takes four times as much.

/** 96 bits of a record's digest as two integers. Digests are keyed hashes: nobody can choose two that meet here. */
export interface Tag {
  readonly high: number;
  readonly low: number;
}

const values = new Uint8Array(128).fill(63);
for (const [index, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].entries()) {
  values[letter.charCodeAt(0)] = index;
}

/** Reads the first 16 of a digest's 22 base64url characters. */
export function tagOf(digest: string): Tag {
  return { high: eight(digest, 0), low: eight(digest, 8) };
}

function eight(digest: string, from: number): number {
  let number = 0;
  for (let at = from; at < from + 8; at += 1) number = number * 64 + (values[digest.charCodeAt(at) & 127] ?? 0);
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
  /** Lower bound of the live times and their number, as of the last walk: while it holds, `live` needs no walk. */
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
    if (slot !== undefined) {
      const before = this.#slots[slot + 2] ?? forgotten;
      if (before < this.#oldest) this.#live += 1;
      else if (before === this.#oldest) this.#oldest = Number.NEGATIVE_INFINITY;
      this.#slots[slot + 2] = at;
      return;
    }
    if ((this.#taken + 1) * 8 > this.#capacity * 7) this.#rebuild(since);
    this.#place(tag.high, tag.low, at);
    this.#live += 1;
    this.#oldest = Math.min(this.#oldest, at);
  }

  /** Takes a record out: its key was rotated and it now stands under the new one. */
  forget(tag: Tag): void {
    const slot = this.#find(tag);
    if (slot === undefined) return;
    this.#slots[slot + 2] = forgotten;
    this.#oldest = Number.NEGATIVE_INFINITY;
  }

  /** Records last seen after `since`. */
  live(since: number): number {
    if (this.#oldest > since) return this.#live;
    const times = this.times(since);
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
    let slot = (tag.low % this.#capacity) * 3;
    for (;;) {
      const high = this.#slots[slot];
      if (high === empty) return undefined;
      if (high === tag.high && this.#slots[slot + 1] === tag.low) return slot;
      slot = slot + 3 === this.#slots.length ? 0 : slot + 3;
    }
  }

  #place(high: number, low: number, at: number): void {
    let slot = (low % this.#capacity) * 3;
    while (this.#slots[slot] !== empty) slot = slot + 3 === this.#slots.length ? 0 : slot + 3;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#slots[slot + 2] = at;
    this.#taken += 1;
  }

  /** A larger table of those still in the window. */
  #rebuild(since: number): void {
    const old = this.#slots;
    const live = this.times(since).length;
    this.#capacity = Math.max(5, Math.ceil((live + 1) * 1.4) + 1);
    // Halves keep V8 on unboxed doubles from the first store on.
    this.#slots = new Array<number>(this.#capacity * 3).fill(0.5).fill(empty);
    this.#taken = 0;
    for (let slot = 0; slot < old.length; slot += 3) {
      const at = old[slot + 2] ?? forgotten;
      if (old[slot] !== empty && at > since) this.#place(old[slot] ?? 0, old[slot + 1] ?? 0, at);
    }
    this.#live = live;
    this.#oldest = Number.NEGATIVE_INFINITY;
  }
}

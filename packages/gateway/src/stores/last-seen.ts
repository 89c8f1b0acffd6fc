// One set of the memory store: which records, last seen when. Open addressing in one array of doubles, so that a million
// accounts of ten records fit (24 bytes a slot, nothing boxed); a Map of strings takes four times as much.

const values = new Uint8Array(128).fill(63);
for (const [index, letter] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  values[letter.charCodeAt(0)] = index;
}

// A set keeps 96 bits of a digest, the first 16 of its 22 base64url characters, as two integers. Digests are keyed
// hashes: nobody can choose two that meet here.
function highOf(digest: string): number {
  return four(digest, 0) * 2 ** 24 + four(digest, 4);
}

function lowOf(digest: string): number {
  return four(digest, 8) * 2 ** 24 + four(digest, 12);
}

/** Four characters, 24 bits: small integers all the way. */
function four(digest: string, from: number): number {
  let number = 0;
  for (let at = from; at < from + 4; at += 1)
    number = (number << 6) | (values[digest.charCodeAt(at) & 127] ?? 0);
  return number;
}

const empty = -1;
const forgotten = Number.NEGATIVE_INFINITY;

/** Below so many slots a walk is cheaper than remembering the last one. */
const small = 64;

/** What a walk over a large set found: `live` records at `oldest` or later; all others were not after `walked`. */
interface Walk {
  live: number;
  oldest: number;
  walked: number;
}

export class LastSeen {
  /** How long a member stays; the same for the whole life of the set. */
  readonly window: number;
  /** Slots of three: high, low, time. `high` is `empty` where nobody ever was; slots move only when the table grows. */
  #slots: number[] = [];
  #taken = 0;
  #walk: Walk | undefined;

  constructor(window: number) {
    this.window = window;
  }

  /** The time after `since` at which the record was last seen. */
  seenAt(digest: string, since: number): number | undefined {
    const slot = this.#find(highOf(digest), lowOf(digest));
    const at = slot === undefined ? forgotten : (this.#slots[slot + 2] ?? forgotten);
    return at > since ? at : undefined;
  }

  /** Marks the record seen. Its time never runs backwards, so a clock that steps back counts it for longer, not for less. */
  touch(digest: string, now: number): void {
    const [high, low] = [highOf(digest), lowOf(digest)];
    const slot = this.#find(high, low);
    const before = slot === undefined ? forgotten : (this.#slots[slot + 2] ?? forgotten);
    const at = Math.max(now, before);
    if (slot === undefined) this.#add(high, low, at, now - this.window);
    else this.#slots[slot + 2] = at;
    const walk = this.#walk;
    if (walk === undefined || before >= walk.oldest) return;
    walk.live += 1;
    walk.oldest = Math.min(walk.oldest, at);
  }

  /** Takes a record out: its key was rotated and it now stands under the new one. */
  forget(digest: string): void {
    const slot = this.#find(highOf(digest), lowOf(digest));
    if (slot === undefined) return;
    this.#slots[slot + 2] = forgotten;
    this.#walk = undefined;
  }

  /** Records last seen after `since`. */
  live(since: number): number {
    const walk = this.#walk;
    if (walk !== undefined && walk.oldest > since && since >= walk.walked) return walk.live;
    const times = this.times(since);
    if (this.#slots.length >= small * 3) {
      const oldest = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
      this.#walk = { live: times.length, oldest, walked: since };
    }
    return times.length;
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

  #find(high: number, low: number): number | undefined {
    const { length } = this.#slots;
    if (length === 0) return undefined;
    let slot = firstSlot(low, length);
    for (;;) {
      const held = this.#slots[slot];
      if (held === empty) return undefined;
      if (held === high && this.#slots[slot + 1] === low) return slot;
      slot = slot + 3 === length ? 0 : slot + 3;
    }
  }

  #add(high: number, low: number, at: number, since: number): void {
    if ((this.#taken + 1) * 24 > this.#slots.length * 7) this.#rebuild(since);
    this.#place(high, low, at);
  }

  #place(high: number, low: number, at: number): void {
    const { length } = this.#slots;
    let slot = firstSlot(low, length);
    while (this.#slots[slot] !== empty) slot = slot + 3 === length ? 0 : slot + 3;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#slots[slot + 2] = at;
    this.#taken += 1;
  }

  /** A larger table of those still in the window. What it leaves out was not after `since`, but perhaps after the last walk. */
  #rebuild(since: number): void {
    const old = this.#slots;
    const capacity = Math.max(5, Math.ceil((this.times(since).length + 1) * 1.4) + 1);
    // A first fill with halves makes V8 keep unboxed doubles.
    this.#slots = new Array<number>(capacity * 3).fill(0.5).fill(empty);
    this.#taken = 0;
    this.#walk = undefined;
    for (let slot = 0; slot < old.length; slot += 3) {
      const at = old[slot + 2] ?? forgotten;
      if (old[slot] !== empty && at > since) this.#place(old[slot] ?? 0, old[slot + 1] ?? 0, at);
    }
  }
}

/** Where the search begins: the low 32 bits spread evenly, since digests do. */
function firstSlot(low: number, length: number): number {
  return ((low >>> 0) % (length / 3)) * 3;
}

// Bytes that cannot be printed, serialised or compared with ===. Whoever needs them says so with `expose`.
import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

/** Wraps secret bytes. `JSON.stringify`, template strings and console output give `[secret]`. */
export class Secret {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = Uint8Array.from(bytes);
  }

  static fromText(text: string): Secret {
    return new Secret(new TextEncoder().encode(text));
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Runs `use` on the bytes; keep what it returns free of them unless that is the point. */
  expose<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#bytes);
  }

  /** Compares in constant time for equal lengths; a different length is an early false. */
  equals(other: Secret): boolean {
    return other.#bytes.length === this.#bytes.length && timingSafeEqual(other.#bytes, this.#bytes);
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  static {
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => '[secret]' });
  }
}

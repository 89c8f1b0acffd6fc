// How owners of tables bring them: several may live in one database, each with its own version.

/** A group of tables with its own version. */
export interface SchemaPart {
  /** Distinct in the database; the tables of a part should carry it when they could clash with another's. */
  readonly name: string;
  /** Statements that bring version n to n + 1; the index is n. Never change one that was released: add. */
  readonly migrations: readonly string[];
  /** SQLite only: tables whose pages are read and checked at each start. Leave out what grows large. */
  readonly tables?: readonly string[];
}

// Prepared statements of one database, each text prepared once. Parameters are named; nothing is ever pasted into SQL.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Row } from './documents.ts';
import { guarded } from './faults.ts';
import { inTransaction } from './sqlite-database.ts';

export type Values = Readonly<Record<string, SQLInputValue>>;

export interface Statements {
  /** Answers how many rows were changed. */
  run(sql: string, values: Values): number;
  get(sql: string, values: Values): Row | undefined;
  all(sql: string, values: Values): readonly Row[];
  atomically<T>(act: () => T): T;
}

export function statementsOf(database: DatabaseSync): Statements {
  const known = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const statement = known.get(sql) ?? database.prepare(sql);
    known.set(sql, statement);
    return statement;
  };
  return {
    run: (sql, values) => guarded(() => Number(prepared(sql).run(values).changes)),
    get: (sql, values) => guarded(() => prepared(sql).get(values)),
    all: (sql, values) => guarded(() => prepared(sql).all(values)),
    atomically: (act) => inTransaction(database, act),
  };
}

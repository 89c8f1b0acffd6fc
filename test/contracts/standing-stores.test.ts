// Every keeper of histories, alarms and broken glasses keeps the one contract.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@palier/mfa-core/stores/sqlite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  type StandingStores,
  standingContract,
} from '../../packages/gateway/src/budget/standing-contract.ts';
import {
  memoryActivity,
  memoryAlarms,
  memoryGlass,
  memoryKeyMark,
  memoryStops,
} from '../../packages/gateway/src/stores/memory-standing.ts';
import { postgresStandings } from '../../packages/gateway/src/stores/postgres-standing.ts';
import { sqliteStandings } from '../../packages/gateway/src/stores/sqlite-standing.ts';
import { isMissing, type Server, startPostgres } from '../support/servers.ts';

function keepsTheContract(stores: () => StandingStores): void {
  for (const [index, { name, run }] of standingContract.entries()) it(name, () => run(stores(), `${index}`));
}

describe('memory', () => {
  const stores = {
    activity: memoryActivity(),
    alarms: memoryAlarms(),
    glass: memoryGlass(),
    stops: memoryStops(),
    keyMark: memoryKeyMark(),
  };
  keepsTheContract(() => stores);
});

describe('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palier-standing-'));
  const database = openDatabase(join(folder, 'one.db'));
  const stores = sqliteStandings(database);
  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  keepsTheContract(() => stores);
});

describe.skipIf(isMissing('postgres'))('PostgreSQL', () => {
  let server: Server;
  let pool: Pool;
  let stores: StandingStores;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url, max: 20 });
    stores = await postgresStandings(pool, 10_000);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  keepsTheContract(() => stores);
});

// A factor as a row of a relational database, and back: the same columns in every dialect. What a verb changes or a
// WHERE decides on has a column and stands nowhere else; the document holds what never
// changes, and the one instant that is set once more, when a factor that was added to wait begins to count. So a secret that was
// sealed anew leaves no old copy behind (A254).
import type { Factor } from '../factor.ts';
import { nonsense, parsed } from './faults.ts';

/** Times are whole milliseconds since the epoch; `codes` and `document` are JSON. */
export interface FactorRow {
  readonly id: string;
  readonly account: string;
  readonly kind: Factor['kind'];
  readonly name: string;
  readonly added_at: number;
  readonly disabled_at: number | null;
  readonly last_used_at: number | null;
  readonly credential: string | null;
  readonly secret: string | null;
  readonly last_step: number | null;
  readonly sign_count: number | null;
  readonly backed_up: number | null;
  readonly codes: string | null;
  readonly document: string;
}

export const factorColumns: readonly (keyof FactorRow)[] = [
  'id',
  'account',
  'kind',
  'name',
  'added_at',
  'disabled_at',
  'last_used_at',
  'credential',
  'secret',
  'last_step',
  'sign_count',
  'backed_up',
  'codes',
  'document',
];

/** The properties of a factor that have a column. */
const inColumns: ReadonlySet<string> = new Set([
  'id',
  'account',
  'kind',
  'name',
  'addedAt',
  'disabledAt',
  'lastUsedAt',
  'credentialId',
  'secret',
  'lastStep',
  'signCount',
  'backedUp',
  'codes',
]);

export function rowOf(factor: Factor): FactorRow {
  const rest = Object.entries(factor).filter(([name]) => !inColumns.has(name));
  const none = {
    credential: null,
    secret: null,
    last_step: null,
    sign_count: null,
    backed_up: null,
    codes: null,
  };
  return {
    ...none,
    id: factor.id,
    account: factor.account,
    kind: factor.kind,
    name: factor.name,
    added_at: Math.ceil(factor.addedAt),
    disabled_at: factor.disabledAt === undefined ? null : Math.ceil(factor.disabledAt),
    last_used_at: factor.lastUsedAt === undefined ? null : Math.ceil(factor.lastUsedAt),
    document: JSON.stringify(Object.fromEntries(rest)),
    ...ownColumns(factor),
  };
}

function ownColumns(factor: Factor): Partial<FactorRow> {
  switch (factor.kind) {
    case 'totp':
      return { secret: factor.secret, last_step: factor.lastStep };
    case 'webauthn':
      return {
        credential: factor.credentialId,
        sign_count: factor.signCount,
        backed_up: factor.backedUp ? 1 : 0,
      };
    case 'recovery-code':
      return { codes: JSON.stringify(factor.codes) };
  }
}

/** Reads a row as a driver gives it; a row that no factor can have written is an MfaError. */
export function factorOf(row: Readonly<Record<string, unknown>>): Factor {
  const own = ownProperties(row);
  const rest = parsed('factor', row['document']);
  if (own === undefined || typeof rest !== 'object' || !isLine(rest)) throw nonsense('factor');
  return {
    ...rest,
    id: row['id'],
    account: row['account'],
    kind: row['kind'],
    name: row['name'],
    addedAt: Number(row['added_at']),
    ...(row['disabled_at'] === null ? {} : { disabledAt: Number(row['disabled_at']) }),
    ...(row['last_used_at'] === null ? {} : { lastUsedAt: Number(row['last_used_at']) }),
    ...own,
  } as Factor;
}

/** Who may remove a factor is read from its line: a text that holds an id somewhere would be taken for one. */
function isLine(rest: object | null): boolean {
  const line: unknown = rest !== null && 'line' in rest ? rest.line : undefined;
  return line === undefined || (Array.isArray(line) && line.every((id) => typeof id === 'string'));
}

/** The tag of the row says which columns must be there; undefined when one is not. */
function ownProperties(row: Readonly<Record<string, unknown>>): object | undefined {
  const { kind, secret, credential, last_step: step, sign_count: count, codes } = row;
  if (kind === 'totp' && secret !== null && step !== null) return { secret, lastStep: Number(step) };
  if (kind === 'webauthn' && credential !== null && count !== null)
    return { credentialId: credential, signCount: Number(count), backedUp: Number(row['backed_up']) === 1 };
  if (kind === 'recovery-code' && codes !== null) return { codes: codesOf(codes) };
  return undefined;
}

/** SQLite keeps JSON as text; PostgreSQL's driver has parsed it already. */
function codesOf(column: unknown): readonly unknown[] {
  const codes: unknown = typeof column === 'string' ? parsed('factor', column) : column;
  if (!Array.isArray(codes)) throw nonsense('factor');
  return codes;
}

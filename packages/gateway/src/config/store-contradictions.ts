// Pairs of stores that make no sense, whatever else the configuration says.
import type { StoresSetting } from './config.ts';
import { type Objection, objection } from './issues.ts';

export function ofStorePairs({ durable, shared }: StoresSetting): readonly Objection[] {
  const pair = [durable.kind, shared.kind] as const;
  const checks: readonly (readonly [boolean, Objection])[] = [
    [
      durable.kind !== 'redis',
      objection(
        ['stores', 'durable'],
        'may lose what it was told: factors would come back to life',
        'use sqlite: or postgres: here, and redis: for shared',
      ),
    ],
    [
      durable.kind !== 'memory' || shared.kind === 'memory',
      objection(
        ['stores', 'shared'],
        "is shared by instances that would not know of each other's factors",
        'write sqlite: or postgres: for durable too',
      ),
    ],
    [
      durable.kind !== 'postgres' || shared.kind === 'postgres' || shared.kind === 'redis',
      objection(
        ['stores', 'shared'],
        'is of one instance alone: each would count for itself, and every cap would hold once for each',
        'leave it out (PostgreSQL counts too), or write redis:',
      ),
    ],
    [
      pair.join(' ') !== 'sqlite postgres',
      objection(
        ['stores', 'shared'],
        'is PostgreSQL while the factors are in a file of one machine',
        'write the same postgres: for durable',
      ),
    ],
    [
      durable.kind !== shared.kind || isSamePlace({ durable, shared }),
      objection(['stores', 'shared'], 'is another place of the same kind as durable', 'leave it out'),
    ],
  ];
  return checks.filter(([sound]) => !sound).map(([, told]) => told);
}

/** Two files or two databases of one kind give nothing that one does not. */
function isSamePlace({ durable, shared }: Pick<StoresSetting, 'durable' | 'shared'>): boolean {
  if (durable.kind === 'sqlite' && shared.kind === 'sqlite') return durable.path === shared.path;
  if (durable.kind === 'postgres' && shared.kind === 'postgres') return durable.url.href === shared.url.href;
  return true;
}

// Where state is kept: `memory`, `sqlite:<path>`, or a database with its password beside the URL, never in it.
import { resolve } from 'node:path';
import type { Seconds } from '@palier/mfa-core';
import { z } from 'zod';
import type { StoreAddress } from './config.ts';
import * as is from './scalars.ts';
import { maybe } from './shape.ts';
import { type Surroundings, secretIn } from './surroundings.ts';

/** `shared` left out is what `durable` is. */
export interface WrittenStores {
  readonly durable: StoreAddress;
  readonly shared: StoreAddress | undefined;
  readonly patience: Seconds;
}

export function stores(surroundings: Surroundings): z.ZodType<WrittenStores> {
  return z
    .strictObject({
      durable: store(surroundings).prefault('sqlite:palier.db'),
      shared: maybe(store(surroundings)),
      patience: is.duration.prefault('150ms'),
    })
    .prefault({});
}

function store(surroundings: Surroundings): z.ZodType<StoreAddress, unknown> {
  const withPassword = z.strictObject({ url: is.storeAddress, password: maybe(secretIn(surroundings, 1)) });
  return z
    .union([is.storeAddress.transform((url) => ({ url, password: undefined })), withPassword])
    .meta({
      description: 'a store',
      examples: [
        'sqlite:palier.db',
        { url: 'postgres://palier@127.0.0.1/palier', password: { file: 'secrets/postgres' } },
      ],
    })
    .transform(({ url, password }): StoreAddress => {
      if (url === 'memory') return { kind: 'memory' };
      if (url.startsWith('sqlite:'))
        return { kind: 'sqlite', path: pathOf(url.slice('sqlite:'.length), surroundings) };
      return { kind: url.startsWith('postgres:') ? 'postgres' : 'redis', url: new URL(url), password };
    });
}

function pathOf(path: string, { folder }: Surroundings): string {
  return folder === undefined || path === ':memory:' ? path : resolve(folder, path);
}

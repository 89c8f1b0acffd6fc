// A name that another reader of forms takes for the counted one must not hide a person.

import { Secret } from '@palier/mfa-core';
import { expect, it } from 'vitest';
import type { Matched } from '../policy/route.ts';
import { createRecordKeys } from './record-keys.ts';
import { recordTypes } from './record-types.ts';
import { recordsOfRequest } from './records.ts';

const keys = createRecordKeys({ current: new Secret(new Uint8Array(32).fill(1)) }, 'test', recordTypes([]));
const matched = {
  route: {
    records: [{ from: 'form', name: 'nir', as: 'nir' }],
    body: { types: [], limit: 4096, members: 'any' },
  },
  parameters: new Map(),
} as unknown as Matched;
const ask = (form: string): Promise<unknown> =>
  recordsOfRequest(matched, { query: undefined } as never, async () => new TextEncoder().encode(form), keys);

it('refuses a form whose first name would be read as the counted one without its question mark', async () => {
  // What a portal that parses with URLSearchParams sees: the other person.
  expect(new URLSearchParams('?nir=2990299999002&nir=1990199999001').get('nir')).toBe('2990299999002');
  expect(await ask('?nir=2990299999002&nir=1990199999001')).toHaveProperty('refusal');
  expect(await ask('nir=1990199999001')).toHaveProperty('records');
});

it.each(['%00nir', ' nir', 'nir%20', 'n%C3%ADr', '%3Fnir', 'nir%3B'])(
  'refuses the name %s beside the counted one',
  async (name) => {
    expect(await ask(`${name}=2990299999002&nir=1990199999001`)).toHaveProperty('refusal');
  },
);

const listed = {
  ...matched,
  route: { ...matched.route, records: [{ from: 'json', pointer: '/nirs/*', as: 'nir' }] },
} as unknown as Matched;
const askJson = (json: string): Promise<unknown> =>
  recordsOfRequest(listed, { query: undefined } as never, async () => new TextEncoder().encode(json), keys);

it.each(['{"nir":"2990299999002"}', '{"nirs":[],"nir":"2990299999002"}', '{}'])(
  'refuses the body %s, which names nobody where persons were declared',
  async (json) => {
    expect(await askJson(json)).toHaveProperty('refusal');
    expect(await askJson('{"nirs":["1990199999001"]}')).toHaveProperty('records.length', 1);
  },
);

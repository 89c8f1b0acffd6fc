import { expect, it } from 'vitest';
import { relatedOrigins } from './related-origins.ts';

it('the related-origins file lists the origins in the order given, as JSON', () => {
  const origins = ['https://portail.example', 'https://portail.test'] as const;
  expect(JSON.parse(relatedOrigins({ id: 'portail.example', name: 'Portail', origins }))).toEqual({
    origins,
  });
});

import { describe, expect, it } from 'vitest';
import { parsePattern } from './pattern.ts';

const literal = (text: string): unknown => ({ kind: 'literal', text });

describe('a route pattern', () => {
  it.each([
    ['GET /', ['GET'], [literal('')]],
    ['GET,HEAD /a', ['GET'], [literal('a')]],
    ['POST,PUT,POST /a/', ['POST', 'PUT'], [literal('a'), literal('')]],
    [
      'GET /patients/{nir}/droits',
      ['GET'],
      [literal('patients'), { kind: 'parameter', name: 'nir' }, literal('droits')],
    ],
    ['DELETE /public/**', ['DELETE'], [literal('public'), { kind: 'rest' }]],
    ['GET /caf%C3%A9', ['GET'], [literal('caf\u00e9')]],
    ['GET /v1.2/a', ['GET'], [literal('v1.2'), literal('a')]],
  ])('%s', (text, methods, segments) => {
    expect(parsePattern(text)).toEqual({ methods, segments });
  });

  it.each([
    ['A016', 'GET /^a.*$', 'is no segment'],
    ['A016', 'GET /a*', 'is no segment'],
    ['A016', 'GET /a/*/b', 'is no segment'],
    ['A016', 'GET /**/b', '"**" may only be the last'],
    ['A016', 'GET /a**', 'is no segment'],
    ['A020', 'GET /:id/{', 'is no segment'],
    ['A020', 'GET /x{id}', 'is no segment'],
    ['A020', 'GET /{id}/{id}', 'may occur once'],
    ['A020', 'GET /{Id}', 'is no segment'],
    ['A001', 'GET //a', 'never matches'],
    ['A002', 'GET /a/../b', 'is no segment'],
    ['A006', 'GET /%61', 'is no segment'],
    ['A008', 'GET /a;b', 'is no segment'],
    ['A014', 'GET /a#b', 'is no segment'],
    ['A106', 'GET /a?b=1', 'is no segment'],
    ['A086', 'HEAD /a', 'HEAD goes with GET'],
    ['A086', 'get /a', 'unknown method "get"'],
    ['A086', 'TRACE /a', 'unknown method "TRACE"'],
    ['A086', '* /a', 'unknown method "*"'],
    ['A055', 'GET  /a', 'write it as'],
    ['A055', 'GET /a /b', 'write it as'],
    ['A055', '/a', 'write it as'],
    ['A055', 'GET a', 'begins with "/"'],
  ])('%s: %s is refused: a line that could match otherwise than it reads', (_id, text, words) => {
    const pattern = parsePattern(text);
    expect('problem' in pattern && pattern.problem).toContain(words);
  });
});

// G1: the path is another one to the portal than to whoever guards it.

import { type AttackCase, fields, get, spellings } from '../case.ts';

const person = '/patients/{nir}';

/** Refused, although an ordinary portal answers 404 to them too. */
const clean = 'no portal of the readings opens a person for it';

export const g1: readonly AttackCase[] = [
  ...spellings('A001', 'a double slash', [`/${person}`, `//${person}`, '//lookup?nir={nir}']),
  ...spellings('A001', 'a double slash behind the guarded prefix', ['/patients//{nir}'], { harmless: clean }),
  ...spellings('A002', 'dot segments', [
    `/public/..${person}`,
    `/.${person}`,
    `/public/./..${person}`,
    `/x/y/../..${person}`,
  ]),
  ...spellings('A002', 'dot segments behind the guarded prefix', [`${person}/.`, '/patients/x/..'], {
    harmless: clean,
  }),
  ...spellings('A004', 'an encoded slash', [
    '/%70atients%2f{nir}',
    '/public%2f..%2fpatients%2f{nir}',
    '/public/..%2Fpatients%2F{nir}',
  ]),
  ...spellings(
    'A004',
    'an encoded slash behind the guarded prefix',
    ['/patients%2f{nir}', `${person}%2f..%2f{nir2}`],
    {
      harmless: clean,
    },
  ),
  ...spellings('A005', 'double encoding', [
    '/%2570atients/{nir}',
    '/public/%252e%252e/patients/{nir}',
    '/public/%252E%252E%252Fpatients/{nir}',
  ]),
  ...spellings('A007', 'a backslash', [
    '/public\\..\\patients\\{nir}',
    '\\patients\\{nir}',
    '/\\patients\\{nir}',
    '/x%5c..%5c..%5cpatients%5c{nir}',
  ]),
  ...spellings('A008', 'path parameters', [
    '/public/..;/patients/{nir}',
    '/.;/patients/{nir}',
    '/..;x=y/patients/{nir}',
    '/public/..;a=b;c/patients/{nir}',
  ]),
  ...spellings(
    'A008',
    'path parameters on the guarded path',
    ['/patients;a=b/{nir}', `${person};x`, '/;/patients/{nir}', '/patients%3b/{nir}'],
    {
      harmless: clean,
    },
  ),
  ...spellings(
    'A010',
    'something behind',
    [
      `${person}/`,
      `${person}//`,
      `${person}.`,
      '/patients./{nir}',
      `${person}%20`,
      `${person}%09`,
      `${person}%00`,
      `${person}%0a`,
      `${person}.json`,
      `${person}.css`,
      `${person}/x.css`,
      `${person}%3f.css`,
    ],
    {
      harmless: clean,
    },
  ),
  ...spellings(
    'A010',
    'something behind, for who may see the person',
    [`${person}/`, `${person}.`, `${person}.css`, `${person}/x.css`, `${person}%20`, '/patients./{nir}'],
    {
      actor: 'high',
      harmless: clean,
    },
  ),
  ...spellings('A010', 'another case', ['/Patients/{nir}', '/PATIENTS/{nir}', '/Lookup?nir={nir}']),
  ...spellings(
    'A011',
    'NUL and controls',
    [`${person}\0`, '/public%00/patients', '/pat\rients/{nir}', '/patients/%0d%0aX:y', '/patients/%7f'],
    {
      harmless: clean,
    },
  ),
  ...spellings(
    'A013',
    'look-alikes',
    [
      '/public%ef%bc%8f..%ef%bc%8fpatients',
      '/patients%e2%88%95{nir}',
      '/patients/%ef%bc%8e%ef%bc%8e',
      '/%e2%84%aapatients/1',
      '/patients/e%cc%81',
      '/patients/\u00e9',
    ],
    { harmless: 'such portals convert code pages; the readings here do not' },
  ),
  ...spellings(
    'A014',
    'a fragment',
    ['/public#/../patients/{nir}', `/public/#/..${person}`, '/public%23/../patients/{nir}'],
    {
      harmless: clean,
    },
  ),
  ...spellings('A014', 'a fragment behind a person', [`${person}#`, `${person}#/public`], {
    actor: 'high',
    harmless: clean,
  }),
  ...spellings('A014', 'a fragment that hides the way up', ['/x/../patients/{nir}#/public']),
  ...spellings(
    'A016',
    'a pattern that is not anchored',
    ['/xpublic/patients/{nir}', `${person}/public/x`, '/foo/secret#/bar', '/foo/a%0a/bar'],
    {
      actor: 'anon',
      harmless:
        'the naive guard uses prefixes; `policy/pattern.test.ts` shows that no regular expression can be written',
    },
  ),
  ...spellings(
    'A017',
    'a neighbour of a prefix',
    ['/publicX/patients', '/public-admin', '/patientsX/{nir}', '/lookupX?nir={nir}'],
    {
      harmless: 'the portal has no such pages; `policy/policy.test.ts` has the control',
    },
  ),
  ...spellings('A019', 'two lines for one path', [`${person}/photo`, `${person}`], {
    harmless: 'both ask the same here; `policy/policy.test.ts` has the control',
  }),
  ...spellings(
    'A020',
    'a pattern as a path',
    ['/patients/*', `${person}*`, '/patients/{nir', '/patients/:nir', '/public/**/../patients'],
    {
      actor: 'high',
      harmless: clean,
    },
  ),
  {
    id: 'A022',
    title: 'a path of eight kilobytes and more',
    send: [get(`/public/${'a'.repeat(8200)}`)],
    expect: [414],
    harmless: clean,
  },
  {
    id: 'A022',
    title: 'ten thousand segments',
    send: [get('/a'.repeat(10_000))],
    expect: [[400, 414, 431]],
    harmless: clean,
  },
  { id: 'A022', title: 'a thousand steps up', send: [get(`/public/${'../'.repeat(1000)}patients/{nir}`)] },
  ...spellings('A023', 'what a front that decodes leaves of two or three codings', [
    '/public/%2e%2e/patients/{nir}',
    '/public/x/%252e%252e/%252e%252e/patients/{nir}',
    '/public/..%252fpatients%252f{nir}',
    '/%70atients/{nir}?x=%252e',
  ]),
  ...spellings(
    'A023',
    'more codings than any front takes off',
    ['/public/%25252e%25252e/patients/{nir}', '/%252570atients/{nir}'],
    { harmless: clean },
  ),
  ...fields('A025', 'two spellings of one address, the raw one asked for', '/public/../patients/{nir}', [
    ['X-Original-URI: /public/portal.css'],
    ['X-Original-URL: /public/portal.css', 'X-Forwarded-Uri: /public/portal.css'],
    ['X-Rewrite-URL: /public/portal.css'],
  ]),
  ...fields(
    'A025',
    'two spellings of one address, the raw one in a header',
    '/public/portal.css',
    [
      ['X-Original-URI: /public/../patients/{nir}'],
      ['X-Original-URL: /patients/{nir}'],
      ['X-Rewrite-URL: /patients/{nir}'],
    ],
    { expect: 'allowed', atPortal: 1 },
  ),
  ...spellings(
    'A026',
    'a mount that is not there',
    ['/portal/..{path}', '/portalpatients/{nir}', '/portal//patients/{nir}'].map((one) =>
      one.replace('{path}', person),
    ),
    {
      harmless: 'no base path can be configured; the spellings are refused like any other',
    },
  ),
];

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget, type TargetRefusal } from './target.ts';

const accepted: readonly (readonly [string, readonly string[]])[] = [
  ['/', ['']],
  ['/patients/1', ['patients', '1']],
  ['/patients/1/', ['patients', '1', '']],
  ['/PATIENTS/1', ['PATIENTS', '1']],
  ['/public-admin', ['public-admin']],
  ['/.well-known/acme', ['.well-known', 'acme']],
  ['/a/1.5', ['a', '1.5']],
  ['/patients/Jos%C3%A9%20P', ['patients', 'Jos\u00e9 P']],
  ['/patients/:id', ['patients', ':id']],
  ["/a!$&'()+,=:@", ["a!$&'()+,=:@"]],
];

describe('a target that is canonical', () => {
  it.each(accepted)('%s is read as it stands, its segments decoded once', (raw, segments) => {
    expect(parseTarget(raw)).toEqual({ target: raw, path: raw, segments, query: undefined });
  });

  it('keeps its query as it came', () => {
    expect(parseTarget('/a?b=%2f&c[]=1|2&d=%C3%A9+x?y/')).toMatchObject({
      path: '/a',
      query: 'b=%2f&c[]=1|2&d=%C3%A9+x?y/',
    });
    expect(parseTarget('/a?')).toMatchObject({ path: '/a', query: '' });
  });
});

const refused: readonly (readonly [string, TargetRefusal, readonly string[]])[] = [
  [
    'A001',
    'empty-segment',
    ['//patients/1', '///patients/1', '/patients//1', '//', '/patients/1//', '//evil/x'],
  ],
  [
    'A002',
    'dot-segment',
    [
      '/public/../patients/1',
      '/./patients/1',
      '/public/./../patients/1',
      '/patients/1/.',
      '/patients/x/..',
      '/..',
    ],
  ],
  [
    'A004',
    'encoded-separator',
    [
      '/patients%2F1',
      '/public%2F..%2Fpatients%2F1',
      '/patients/1%2F',
      '/patients%5C1',
      '/public/..%2Fpatients/1',
    ],
  ],
  ['A004', 'bad-escape', ['/patients%2f1', '/patients/1%2f..%2f2', '/%ef%bc%8f', '/%c0%ae']],
  ['A005', 'encoded-separator', ['/%2570atients/1', '/public/%252E%252E/patients/1', '/%25252e', '/a%25']],
  ['A006', 'needless-escape', ['/%70atients/1', '/p%61tients', '/%50atients/1', '/a%2D', '/%7E', '/%31']],
  ['A002', 'encoded-separator', ['/%2E/patients/1', '/public/%2E%2E/patients/1', '/x/%2E%2E/y']],
  ['A007', 'forbidden-character', ['/public\\..\\patients\\1', '/patients\\1', '/a\\']],
  [
    'A008',
    'forbidden-character',
    ['/patients;a=b/1', '/patients/1;x', '/public/..;/patients/1', '/;/patients/1', '/.;/x', '/..;x=y/'],
  ],
  ['A008', 'encoded-separator', ['/patients%3Ba=b/1', '/patients/1%3B']],
  ['A010', 'trailing-dot', ['/patients/1.', '/patients./1', '/patients.../1']],
  ['A010', 'edge-space', ['/patients/1%20', '/%20patients/1', '/patients%20/1']],
  ['A010', 'encoded-separator', ['/patients/1%3F.css', '/patients/1%23']],
  [
    'A011',
    'forbidden-character',
    [
      '/patients/1%00',
      '/patients/1%0A',
      '/patients/1%0D%0A',
      '/patients/1%09',
      '/patients%7F',
      '/a\0',
      '/a\tb',
      '/a b',
      '/a\u007f',
      '/a?b=%00',
      '/a?b=%1B',
    ],
  ],
  ['A012', 'not-utf-8', ['/%C0%AE%C0%AE/patients', '/%FF', '/%E9', '/%ED%A0%80', '/%F5%80%80%80', '/a%C3']],
  [
    'A013',
    'not-normal',
    [
      '/public%EF%BC%8Fpatients',
      '/patients/1%C2%A0',
      '/patients/%E3%80%80',
      '/a%E2%88%95b',
      '/a%EF%BC%8E',
      '/%E2%84%AApatients',
      '/e%CC%81',
      '/%EF%BC%91',
      '/a%E2%80%8Bb',
      '/a%C2%AD',
      '/%EF%BB%BFa',
      '/a%E2%80%AEb',
    ],
  ],
  ['A014', 'forbidden-character', ['/public#/../patients/1', '/patients/1#', '/a?b#c']],
  ['A014', 'encoded-separator', ['/public%23/../patients/1']],
  [
    'A020',
    'forbidden-character',
    [
      '/patients/*',
      '/patients/1*',
      '/patients/{id}',
      '/patients/<id>',
      '/a"b',
      '/a|b',
      '/a^b',
      '/a`b',
      '/a[b]',
    ],
  ],
  ['A022', 'target-too-long', [`/${'a'.repeat(8192)}`, '/a'.repeat(65), `/${'../'.repeat(3000)}`]],
  [
    'A028',
    'not-origin-form',
    [
      'http://169.254.169.254/',
      'foo://x/y',
      'http://a@b/',
      '@evil/x',
      '\\patients',
      '',
      'patients/1',
      'portal.test:443',
    ],
  ],
  ['A028', 'empty-segment', ['//127.0.0.1:22/x', '///evil/x']],
  ['A028', 'forbidden-character', ['/\\127.0.0.1:6379/']],
  ['A028', 'dot-segment', ['/./evil', '/./127.0.0.1:22']],
  ['A032', 'not-origin-form', ['*']],
  ['A077', 'forbidden-character', ['/pati\u00e9nts', '/a\u0080', '/a?b=\u00ff']],
  ['A091', 'bad-escape', ['/a%', '/a%2', '/a%zz', '/a%G0', '/a?b=%', '/a?b=%4', '/a?b=%zz', '/a?%u0041=1']],
  ['A106', 'forbidden-character', ['/patients/1?a=1;patientId=2']],
];

describe('a target that is not canonical', () => {
  for (const [id, reason, targets] of refused) {
    it.each(targets.map((raw) => [raw.length > 80 ? `${raw.slice(0, 40)}...` : raw, raw]))(
      `${id}: %j is refused (${reason})`,
      (_shown, raw) => {
        expect(parseTarget(raw)).toEqual({ refused: reason });
      },
    );
  }

  it('A022: eight kilobytes of escapes are judged in well under 10 ms', () => {
    const slow = `/${'%C3%A9'.repeat(1300)}`;
    const start = process.cpuUsage();
    parseTarget(slow);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(10);
  });
});

/** What lenient servers make of a path before they look for the page (attacks.md section 1). */
const readings: readonly (readonly [string, (path: string) => string])[] = [
  [
    'merges slashes, decodes once, resolves dots',
    (path) => new URL(`http://u${decodeURIComponent(path.replace(/\/+/g, '/'))}`).pathname,
  ],
  ['drops ;parameters', (path) => path.replace(/;[^/]*/g, '')],
  ['turns backslashes', (path) => path.replaceAll('\\', '/')],
  ['drops trailing dots and spaces', (path) => decodeURIComponent(path).replace(/[. ]+(?=\/|$)/g, '')],
  ['decodes twice', (path) => decodeURIComponent(decodeURIComponent(path))],
];

describe('no lenient reading of an accepted path names another page', () => {
  const pieces = [
    'patients',
    'public',
    '1',
    '.',
    '..',
    '%2F',
    '%2E',
    '%5C',
    '%25',
    '%3B',
    ';x',
    '\\',
    '/',
    '//',
    '%20',
    '%C3%A9',
    '\u00e9',
    '%00',
    '#',
    '%70',
    '*',
  ];
  const target = fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 })
    .map((list) => `/${list.join('/')}`.replace('/////', '/'));
  const mixed = fc.oneof(
    target,
    fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((list) => `/${list.join('')}`),
  );

  it.each(readings)('one that %s', (_name, read) => {
    fc.assert(
      fc.property(mixed, (raw) => {
        const parsed = parseTarget(raw);
        if ('refused' in parsed) return;
        const plain = decodeURIComponent(parsed.path);
        expect(decodeURIComponent(read(parsed.path))).toBe(plain);
      }),
      { numRuns: 2000 },
    );
  });

  it('control: without the edge such a server opens the guarded page for these spellings', () => {
    const spellings = [
      '/public//../patients/1',
      '/public/..;/patients/1',
      '/public\\..\\patients/1',
      '/patients/1.',
      '/%2570atients/1',
    ];
    const opened = spellings.map((raw) =>
      readings.some(([, read]) => new URL(`http://u${read(raw)}`).pathname === '/patients/1'),
    );
    expect(opened).toEqual([true, true, true, true, true]);
    expect(spellings.every((raw) => 'refused' in parseTarget(raw))).toBe(true);
  });
});

describe('bytes', () => {
  const byte = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  const text = fc.oneof(
    fc.array(byte, { maxLength: 40 }).map((list) => `/${list.join('')}`),
    fc
      .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { maxLength: 5 })
      .map((list) => `/${list.map(encodeURIComponent).join('/')}`),
  );

  it('an accepted target serialises to itself: decoding and encoding again gives the same bytes', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const parsed = parseTarget(raw);
        if ('refused' in parsed) return;
        expect(parsed.target).toBe(raw);
        expect(parsed.query === undefined ? parsed.path : `${parsed.path}?${parsed.query}`).toBe(raw);
        const encoded = parsed.segments
          .map((segment) =>
            encodeURIComponent(segment).replace(/%(?:21|24|26|27|28|29|2B|2C|3D|3A|40)/g, decodeURIComponent),
          )
          .join('/');
        expect(`/${encoded}`).toBe(
          parsed.path.replace(/%(?:21|24|26|27|28|29|2B|2C|3D|3A|40)/g, decodeURIComponent),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('judging is idempotent: what is accepted is accepted again, unchanged', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const once = parseTarget(raw);
        if ('target' in once) expect(parseTarget(once.target)).toEqual(once);
      }),
    );
  });
});

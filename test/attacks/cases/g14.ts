// G14: what a page of another site can make a person's browser do, or keep.

import type { Answerer } from '../../support/recorder-upstream.ts';
import { type AttackCase, fields, form, get, post, spellings } from '../case.ts';

const ours = 'the naive forwarder has no pages of its own';

const fromElsewhere = (target: string, title: string, ...lines: readonly string[]): AttackCase => ({
  id: 'A232',
  title: `${target} posted ${title}`,
  actor: 'high',
  send: [post(target, form, 'code=000000&ticket=x&resume=', ...lines)],
  expect: [403],
  harmless: ours,
});

const kept: Answerer = (_request, socket) =>
  void socket.write(
    'HTTP/1.1 200 OK\r\nCache-Control: public, max-age=3600\r\nETag: "1"\r\nLast-Modified: Tue, 10 Mar 2026 08:00:00 GMT\r\nAge: 1\r\nPragma: cache\r\nSurrogate-Control: max-age=1\r\nVary: Cookie\r\nContent-Length: 2\r\n\r\nok',
  );

export const g14: readonly AttackCase[] = [
  ...['/.palier/step-up/totp', '/.palier/step-up/recovery-code', '/.palier/enrol/ticket'].flatMap(
    (target) => [
      fromElsewhere(target, 'by another site', 'Origin: https://evil.example', 'Sec-Fetch-Site: cross-site'),
      fromElsewhere(target, 'by a sandboxed frame', 'Origin: null'),
      fromElsewhere(target, 'without an Origin', 'Sec-Fetch-Site: cross-site'),
    ],
  ),
  ...['/patients/{nir}', '/notes/1', '/'].map(
    (target): AttackCase => ({
      id: 'A236',
      title: `${target}, which the portal would have kept`,
      actor: 'high',
      send: [get(target)],
      portal: kept,
      expect: 'allowed',
      atPortal: 1,
      keeps: true,
    }),
  ),
  {
    id: 'A236',
    title: 'an open page may be kept as the portal says',
    actor: 'anon',
    send: [get('/public/x')],
    portal: kept,
    expect: 'allowed',
    atPortal: 1,
    harmless: 'allowed',
  },
  ...spellings(
    'A236',
    'a suffix that a cache keeps',
    ['/patients/{nir}/x.css', '/patients/{nir}.css', '/patients/{nir}%2Fx.js'],
    {
      actor: 'high',
      harmless: 'refused; what was answered would have said no-store',
    },
  ),
  ...spellings(
    'A238',
    'a script in an address of ours',
    [
      '/.palier/step-up?resume=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
      '/.palier/step-up?lang=%3Cscript%3E',
      '/.palier/enrol?resume=%22%20autofocus%20onfocus=alert(1)',
    ],
    { actor: 'high', expect: [200], harmless: ours },
  ),
  ...fields(
    'A242',
    'a page fetched ahead',
    '/patients/{nir}',
    [
      ['Sec-Purpose: prefetch', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document', 'Accept: text/html'],
      [
        'Sec-Purpose: prefetch;prerender',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: document',
        'Accept: text/html',
      ],
    ],
    { expect: [401], harmless: 'the naive forwarder refuses it as well' },
  ),
];

// G12: the gateway's session and what it has proved. Whole ceremonies are in `g12.test.ts`; here are single requests.

import { type AttackCase, form, get, post } from '../case.ts';

const withCookie = (target: string, cookie: string): string =>
  get(target, `Cookie: ${cookie}`).replace('Cookie: {cookie}\r\n', '');

const forged = 'the naive forwarder has one cookie; what it believes is the control of A067';

export const g12: readonly AttackCase[] = [
  ...[
    ['a challenge', 'chl_AAAAAAAAAAAAAAAAAAAAAA'],
    ['a ticket', 'tkt_AAAAAAAAAAAAAAAAAAAAAA'],
    ['a session id', 'ses_AAAAAAAAAAAAAAAAAAAAAA'],
    ['a factor', 'fac_AAAAAAAAAAAAAAAAAAAAAA'],
    ['a proof', 'prf_AAAAAAAAAAAAAAAAAAAAAA'],
    ['a token of the right shape', `stk_${'A'.repeat(43)}`],
  ].map(
    ([what, value]): AttackCase => ({
      id: 'A202',
      title: `${what} as the session cookie`,
      send: [withCookie('/patients/{nir}', `{cookie}; __Host-palier=${value}`)],
      expect: [401],
      harmless: forged,
    }),
  ),
  {
    id: 'A203',
    title: 'a remembered device, which does not exist here',
    send: [
      withCookie('/patients/{nir}', '{cookie}; __Host-palier-device=eyJhbGciOiJub25lIn0.e30.; remember=1'),
    ],
    expect: [401],
    harmless: forged,
  },
  {
    id: 'A205',
    title: 'a code where a card is asked for',
    actor: 'high',
    send: [post('/aat', form, 'nir={nir}')],
    expect: [401],
    harmless: 'the naive forwarder knows one level; `assurance.test.ts` of the core has the control',
  },
  {
    id: 'A208',
    title: 'our cookie twice, one of them planted',
    actor: 'high',
    send: [withCookie('/patients/{nir}', '__Host-palier=planted; {cookie}')],
    expect: [400],
    harmless: 'the naive forwarder takes the first it finds, which says nothing',
  },
  {
    id: 'A208',
    title: "the portal's cookie twice: nobody is signed in",
    actor: 'high',
    send: [withCookie('/patients/{nir}', 'PORTALSID=sid-of-pharmacie-09; {cookie}')],
    expect: [401],
    harmless: 'the naive forwarder does not know this cookie',
  },
  {
    id: 'A208',
    title: 'two Cookie headers',
    actor: 'high',
    harmless: 'the naive forwarder takes the first it finds, which says nothing',
    send: [get('/patients/{nir}', 'Cookie: PORTALSID=sid-of-pharmacie-09')],
    expect: [400],
  },
  {
    id: 'A208',
    title: 'a name that looks like ours to some',
    send: [withCookie('/notes/1', '{cookie}; __HOST-palier=x; \t__Host-palier =y')],
    expect: [[200, 400]],
    atPortal: 1,
  },
];

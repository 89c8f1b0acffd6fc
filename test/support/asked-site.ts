// The demo's portal and gateway with forward-auth: a front asks the gateway and forwards by itself. What a front cannot
// be relied on for goes through the gateway (docs/fronts.md).

import { freePort } from '../../examples/portal/free-port.ts';
import { type Changes, inMemory, type Site, startSite } from './start.ts';

export interface AskedSite extends Site {
  /** Where fronts ask. */
  readonly askPort: number;
  /** Where the front is to listen: the port of the public origin. */
  readonly frontPort: number;
  /** Goes over to another setting of who may ask. */
  reask(setting: string): Promise<void>;
}

/** The lines of the demo that need the body or the answer. */
export const throughTheGateway: Changes = [
  ['require: signed-in, upgrade: websocket', 'require: signed-in, upgrade: websocket, through: gateway'],
  [
    'POST /profil, require: { accept: second-factor, maxAge: 15m }',
    'POST /profil, require: { accept: second-factor, maxAge: 15m }, through: gateway',
  ],
  ['limit: 4KiB }', 'limit: 4KiB }\n    through: gateway'],
  ['query: [nom, page]', 'query: [nom, page]\n    through: gateway'],
  ['limit: 64KiB }', 'limit: 64KiB }\n    through: gateway'],
  ['- match: GET /aat\n', '- match: GET /aat\n    through: gateway\n'],
  ['- match: POST /aat\n', '- match: POST /aat\n    through: gateway\n'],
  [', login: { field: login } }', ', login: { field: login }, through: gateway }'],
  [', reset: { field: email } }', ', reset: { field: email }, through: gateway }'],
  [', reset: {} }', ', reset: {}, through: gateway }'],
  ...['mot-de-passe', 'delegues', 'delegues/retirer'].map((form): Changes[number] => [
    `POST /profil/${form}, require: { accept: second-factor, maxAge: 15m }`,
    `POST /profil/${form}, require: { accept: second-factor, maxAge: 15m }, through: gateway`,
  ]),
];

/** What comes through the gateway comes from the front: the limits of sign-ins need to know for whom. */
const fromTheFront = 'clientAddress: { header: X-Forwarded-For, from: [127.0.0.1] }';

export interface Asking {
  /** What stands under forwardAuth beside `listen`. */
  readonly setting?: string;
  readonly changes?: Changes;
  /** The public origin is the front's; otherwise it is the gateway's own listener. */
  readonly behindFront?: boolean;
}

export async function startAskedSite(asking: Asking = {}): Promise<AskedSite> {
  const { setting = 'trustedPeers: [127.0.0.1]', changes = inMemory, behindFront = false } = asking;
  const [askPort, frontPort] = [await freePort(), await freePort()];
  const all = (beside: string): Changes => [
    ...throughTheGateway,
    [
      'mode: enforce',
      `mode: enforce\n${behindFront ? fromTheFront : ''}\nforwardAuth: { listen: "127.0.0.1:${askPort}", ${beside} }`,
    ],
    ...changes,
  ];
  const site = await startSite(all(setting), undefined, behindFront ? frontPort : undefined);
  return { ...site, askPort, frontPort, reask: (beside) => site.reload(all(beside)) };
}

// A thief with a good session, at sockets of his own: what arrived on them is what counts, whatever the gateway says it
// sent, and also when it died in the middle.
import { connect, type Socket } from 'node:net';
import { createLoot, type Loot } from '../../examples/breach-replay/loot.ts';
import type { Population } from '../../examples/portal/population.ts';
import type { Browser } from './browser.ts';

export interface Thief {
  /** Persons whose number arrived, over all sockets. */
  readonly persons: ReadonlySet<string>;
  /** Asks for somebody; answers the status, 0 when the socket broke before one came. */
  ask(target: string, port?: number): Promise<number>;
}

/** `loot` may be shared, so that what several thieves got is counted together. */
export function openThief({ cookies }: Pick<Browser, 'cookies'>, origin: URL, loot: Loot): Thief {
  return {
    persons: loot.persons,
    ask: (target, port = Number(origin.port)) =>
      new Promise((resolve) => {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const hear = loot.listen();
        let head = '';
        const socket: Socket = connect({ port, host: '127.0.0.1' });
        socket.on('error', () => socket.destroy());
        socket.on('data', (part: Buffer) => {
          hear(part);
          if (head.length < 12) head += part.toString('latin1', 0, 12);
        });
        socket.once('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)));
        socket.write(
          `GET ${target} HTTP/1.1\r\nHost: ${origin.host}\r\nAccept: application/json\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
        );
      }),
  };
}

/** Loot of the persons of a population. */
export function lootOf(persons: Population): Loot {
  const known = new Set(
    Array.from({ length: persons.size }, (_, place) => persons.nirOf(place).slice(0, 13)),
  );
  return createLoot((number) => known.has(number));
}

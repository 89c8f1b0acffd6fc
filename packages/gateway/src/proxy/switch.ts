// A change of protocols on a socket of its own, never one of the pool's: after it nothing on that socket is HTTP.
import type { Duplex } from 'node:stream';
import {
  type Exchange,
  type OutgoingHead,
  type Upgraded,
  UpstreamError,
  type UpstreamSetting,
} from './exchange.ts';
import { switchFlaw } from './handshake.ts';
import { type Keeper, type Link, lose, openLink } from './link.ts';
import { headText } from './outgoing-head.ts';
import { createTurn, exchangeOf, type Turn } from './turn.ts';

/** Sends the handshake. An answer other than 101 is an exchange like any other, on a socket used once. */
export function openSwitch(
  setting: UpstreamSetting,
  head: OutgoingHead,
  client: Duplex | undefined,
): Promise<Upgraded | Exchange> {
  return new Promise((resolve, reject) => {
    const text = headText(head);
    const gone = (): void => lose(link, new UpstreamError('client-gone'));
    const timer = setTimeout(() => lose(link, new UpstreamError('timeout')), setting.timeoutMilliseconds);
    const settle = (): void => {
      clearTimeout(timer);
      client?.off('close', gone);
    };
    const keeper: Keeper = {
      ready: (opened) => {
        opened.turn = createTurn(head.method, true, opened.line);
        opened.sent = true;
        opened.socket.write(text, 'latin1');
      },
      answered: (_link, turn, answer) => {
        if (answer.status !== 101) resolve(exchangeOf(turn, answer));
      },
      ended: (opened, turn) => {
        settle();
        if (turn.head?.status === 101) switched(opened, turn, head, resolve, reject);
        else opened.socket.destroy();
      },
      lost: (_link, error) => {
        settle();
        reject(error);
      },
    };
    const link = openLink(setting, keeper, 'stream');
    client?.once('close', gone);
  });
}

function switched(
  link: Link,
  turn: Turn,
  asked: OutgoingHead,
  resolve: (upgraded: Upgraded) => void,
  reject: (error: UpstreamError) => void,
): void {
  const { head } = turn;
  const flaw = head === undefined ? 'head' : switchFlaw(asked, head.headers);
  if (head !== undefined && flaw === undefined) {
    resolve({
      exchange: exchangeOf(turn, head),
      socket: link.letGo(),
      head: new Uint8Array(turn.reader.rest),
    });
    return;
  }
  link.socket.destroy();
  reject(new UpstreamError('bad-answer', new Error(`the switch is unsound: ${flaw}`)));
}

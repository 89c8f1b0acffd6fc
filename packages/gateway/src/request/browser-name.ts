// How a browser is called where a person is to recognise it.
import type { CanonicalRequest } from './request.ts';

/** "Firefox 140 on Windows" is what the person recognises; the rest of the header is noise. */
export function agentOf(request: CanonicalRequest): string {
  const text = request.headers.get('user-agent') ?? '';
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d+)/.exec(text);
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(text)?.[1];
  const name =
    browser === null ? text.slice(0, 40) : `${browser[1] === 'Edg' ? 'Edge' : browser[1]} ${browser[2]}`;
  return (system === undefined ? name : `${name}, ${system}`).replace(/[^\x20-\x7e]/g, '').slice(0, 120);
}

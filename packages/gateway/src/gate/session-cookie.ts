// The gateway's own cookie.
import type { ServerResponse } from 'node:http';
import type { SessionToken } from '@palier/mfa-core';

/** One account in one browser. The prefix makes browsers refuse it without Secure, with a Domain or from another path. */
export const sessionCookie = '__Host-palier';

/** Adds our cookie. Lax: a link from a mail still finds the session, a form on a foreign site does not. */
export function setSessionCookie(response: ServerResponse, token: SessionToken): void {
  response.appendHeader('set-cookie', `${sessionCookie}=${token}; Path=/; Secure; HttpOnly; SameSite=Lax`);
}

export function clearSessionCookie(response: ServerResponse): void {
  response.appendHeader('set-cookie', `${sessionCookie}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`);
}

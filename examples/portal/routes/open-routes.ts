// What anybody may read without signing in: the about page, the style sheet, the icon, one script.

import { readFileSync } from 'node:fs';
import { type Answer, page, text } from '../http/answer.ts';
import { open, type Route } from '../http/routes.ts';
import { texts } from '../locales/texts.ts';
import { sentencePage } from '../pages/layout.ts';

/** Lists the open routes; the files are read once, here. */
export function openRoutes(): readonly Route[] {
  return [
    open('GET /public/a-propos', (visit) => {
      const t = texts(visit.language);
      return page(200, sentencePage(visit, t.about, t.aboutIntro));
    }),
    fileRoute('portal.css', 'text/css; charset=utf-8'),
    fileRoute('icon.svg', 'image/svg+xml'),
    fileRoute('messages.js', 'text/javascript; charset=utf-8'),
  ];
}

function fileRoute(name: string, type: string): Route {
  const body = readFileSync(new URL(`../public/${name}`, import.meta.url), 'utf8');
  const answer: Answer = text(200, type, body, { 'Cache-Control': 'public, max-age=300' });
  return open(`GET /public/${name}`, () => answer);
}

// What a refusal is called (RFC 9457): one row for each thing that can happen, one sentence for every way to be wrong.
// No row holds a value of the request, and none says why a proof was not right: that is in the events.
import { type ApiAnswer, type ApiRequest, answer, languageOf } from './api-request.ts';

interface Row {
  readonly status: number;
  readonly fr: string;
  readonly en: string;
}

export type ProblemName =
  | 'sign-in-required'
  | 'step-up-required'
  | 'refused'
  | 'right-too-weak'
  | 'not-by-code'
  | 'proof-first'
  | 'malformed-request'
  | 'foreign-origin'
  | 'not-found'
  | 'too-large'
  | 'json-only'
  | 'unavailable';

const rows: Readonly<Record<ProblemName, Row>> = {
  'sign-in-required': { status: 401, fr: 'Connectez-vous d\u2019abord.', en: 'Please sign in first.' },
  'step-up-required': {
    status: 401,
    fr: 'Confirmez d\u2019abord que c\u2019est vous.',
    en: 'Please confirm first that it is you.',
  },
  refused: {
    status: 400,
    fr: 'Cela n\u2019a pas fonctionn\u00e9. V\u00e9rifiez et recommencez.',
    en: 'That did not work. Please check and try again.',
  },
  // The two refusals with their reason: they are told to a session that has shown a code of its own, and say what helps.
  'right-too-weak': {
    status: 403,
    fr: 'Un code peut \u00eatre vol\u00e9 sur un faux site : il ne permet pas d\u2019ajouter une cl\u00e9. Demandez un ticket \u00e0 l\u2019administrateur du portail.',
    en: 'A code can be phished, so it cannot add a key. Ask the portal\u2019s administrator for a ticket.',
  },
  'not-by-code': {
    status: 403,
    fr: 'Un code peut \u00eatre vol\u00e9 sur un faux site : il ne retire et ne renomme que ce qui vient d\u2019un code de sa propre application ; pour le reste, montrez une cl\u00e9 ou une carte, ajoutez d\u2019abord une cl\u00e9 ou une application avec un ticket, ou demandez \u00e0 l\u2019administrateur du portail.',
    en: 'A code can be phished, so it removes and renames only what comes from a code of its own app; for the rest show a key or a card, add a key or an app with a ticket first, or ask the portal\u2019s administrator.',
  },
  // Told to every session: it says nothing of the other one but that its list shows it.
  'proof-first': {
    status: 403,
    fr: 'Cette session reste ouverte : quelqu\u2019un y a prouv\u00e9 que c\u2019est lui, ou vient de s\u2019en servir. Confirmez d\u2019abord que c\u2019est vous, puis recommencez.',
    en: 'That session stays: somebody proved there that it is them, or used it just now. First confirm that it is you, then try again.',
  },
  'malformed-request': { status: 400, fr: 'Demande refus\u00e9e.', en: 'Request refused.' },
  'foreign-origin': { status: 403, fr: 'Demande refus\u00e9e.', en: 'Request refused.' },
  'not-found': { status: 404, fr: 'Adresse inconnue.', en: 'No such address.' },
  'too-large': { status: 413, fr: 'Demande trop longue.', en: 'Request too long.' },
  'json-only': { status: 415, fr: 'Seul JSON est accept\u00e9.', en: 'JSON only.' },
  unavailable: {
    status: 503,
    fr: 'Service momentan\u00e9ment indisponible.',
    en: 'Temporarily unavailable.',
  },
};

/** A problem in the person's language; `members` are added to the body. */
export function problem(
  name: ProblemName,
  request: ApiRequest,
  members: Readonly<Record<string, unknown>> = {},
  more: ApiAnswer['headers'] = [],
): ApiAnswer {
  const { status } = rows[name];
  const title = rows[name][languageOf(request)];
  const body = { type: `urn:palier:problem:${name}`, title, status, ...members };
  return answer(status, 'application/problem+json', body, more);
}

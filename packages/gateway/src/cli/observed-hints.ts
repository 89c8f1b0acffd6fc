// What to write for each reason of a refusal, or that nothing is to be written. The page docs/observe-first.md says the
// same at length; a test holds that no reason is without a word.

/** By the whole reason, or by how it begins (`query-`). The first that fits. */
const hints: readonly (readonly [reason: string, hint: string])[] = [
  ['not-declared', 'an address that no line of routes declares: write one, or let it be a 404'],
  ['method-not-declared', 'the address has a line for other methods only: add the method to its match'],
  ['near-stricter-route', 'an address that some portals read as that of a stricter line; nothing to write'],
  [
    'query-parameter-not-declared',
    'add the name to query: on that line, unless it names a person nobody counts',
  ],
  ['body-not-declared', 'write body: { types: [the type shown] } on that line; body: none if there is none'],
  ['content-type-not-declared', 'add the type shown to body: { types: [...] } on that line'],
  ['content-encoding', 'the body came packed, and cannot be read; nothing to write'],
  ['body-too-long', 'raise body: { limit: ... } on that line'],
  ['form-field-not-declared', 'add the name to body: { members: [...] } on that line'],
  ['json-member-not-declared', 'add the name to body: { members: [...] } on that line'],
  ['body-unreadable', 'the body is neither a form nor JSON: write members: any if it can name no person'],
  ['record-id-malformed', 'what stands there is no such record: see the record type (as:) of that line'],
  ['record-id-missing', 'nobody is named where records: of that line says: see its name or pointer'],
  ['record-ids-disagree', 'two places name two persons; nothing to write'],
  ['record-id-', 'the person is named twice, or where two readers would see two; nothing to write'],
  ['too-many-records', 'more persons in one request than can be counted; nothing to write'],
  [
    'more-persons-than-one-gesture',
    'more persons in one request than a presence buys: raise records: of the class',
  ],
  ['no-proof-can-pay', 'nothing that the line accepts pays in this class: see accept: and budgets:'],
  ['condition-not-met', 'not for this class, group, network or hour: see when: on that line'],
  ['opened-from-elsewhere', 'a link of another site: add its origin to foreignLinks: { except: [...] }'],
  ['upgrade-not-declared', 'a WebSocket: write upgrade: websocket on that line'],
  ['upgrade-required', 'a plain request where the line declares a WebSocket; nothing to write'],
  ['range-on-counted-route', 'a part of an answer cannot be counted; nothing to write'],
  ['head-cannot-be-counted', 'HEAD where the answer names the persons; nothing to write'],
  ['method-override', 'the portal would run another method than was judged: let it use the real one'],
  ['foreign-origin', 'sent from a page of another site: see from: of login, if that site is yours'],
  ['login-', 'a sign-in in which two readers could find two logins; nothing to write'],
  ['host', 'asked under another name: add it to hosts:, if people use it'],
  ['body-', 'the body did not come whole, or not in time; nothing to write'],
  ['query-', 'a query that can be read in two ways; nothing to write'],
  ['form-', 'a form that can be read in two ways; nothing to write'],
  ['json-', 'JSON that can be read in two ways; nothing to write'],
];

/** Enforcing, it is a 502 for everybody. */
const unreadable =
  'the answer does not have the persons where records: of that line says, or is packed, of another type, too long or over atMost: see its pointer, selector or header; enforcing, it is withheld (502)';

const prefix = 'refuse:';

/** What helps against a denial as `palier observed` names it; undefined for what is no refusal. */
export function hintFor(denial: string): string | undefined {
  if (denial === 'unavailable:answer-unreadable') return unreadable;
  if (!denial.startsWith(prefix)) return undefined;
  const reason = denial.slice(prefix.length);
  return hints.find(([one]) => (one.endsWith('-') ? reason.startsWith(one) : reason === one))?.[1];
}

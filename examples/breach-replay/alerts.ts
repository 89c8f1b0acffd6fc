// Which lines of the gateway's log an operator is alarmed by: an alarm of a detector, a cap that is met, codes that have
// shown all they may, a card that is revoked or somebody else's, a signature that does not verify, a ticket nobody issued. A prompt somebody answers is no alert.

/** One alert, by the clock of the replay. */
export interface Alert {
  readonly at: number;
  readonly what: string;
  /** Whose; empty where the line does not say. */
  readonly account: string;
}

const OUTCOMES = /^(slow-down:|step-up:stronger$|refuse:more-persons-than-one-gesture$)/;
/** A card that somebody has and should not. */
const CARDS = /^refused:(revoked|wrong-person|untrusted)$/;
const REASONS: ReadonlySet<unknown> = new Set([
  'bad-assertion',
  'too-many-attempts',
  'counter-went-back',
  'ticket-unknown',
]);

/** The alert in a line of the log, if it is one. */
export function alertOf(line: Readonly<Record<string, unknown>>, at: number): Alert | undefined {
  const what = whatOf(line);
  return what === undefined ? undefined : { at, what, account: String(line['account'] ?? '') };
}

function whatOf(line: Readonly<Record<string, unknown>>): string | undefined {
  const { kind, outcome, type, reason } = line;
  if (kind === 'alarm') return `alarm:${String(line['alarm'] ?? type ?? '')}`;
  if (kind === 'decision' && typeof outcome === 'string' && OUTCOMES.test(outcome)) return outcome;
  if (kind === 'card' && typeof outcome === 'string' && CARDS.test(outcome)) return outcome;
  if (kind === 'event' && type === 'refused' && REASONS.has(reason)) return `refused:${String(reason)}`;
  if (kind === 'event' && type === 'factor-enrolled' && line['right'] === 'factor') return 'factor-added';
  return undefined;
}

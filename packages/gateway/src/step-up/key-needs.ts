// What a person is told who holds only an app: a code, which can be phished, adds no key, and what does.
import type { PagesSetting } from './pages-setting.ts';
import type { Known, Visit } from './person.ts';
import { texts } from './texts.ts';

/** The sentence; undefined where a gesture adds a key, and where no factor is held yet. */
export async function keyNeedsOf(setting: PagesSetting, visit: Known): Promise<string | undefined> {
  const addable = await setting.reception.mfa.enrol.addableByProof(visit.person.session.account);
  const byProof = addable.length === 0 || addable.includes('webauthn');
  return byProof ? undefined : keyNeedsWords(setting, visit);
}

export function keyNeedsWords({ card }: PagesSetting, { language }: Visit): string {
  const words = texts[language];
  return card === undefined ? words.keyNeedsTicket : words.keyNeedsTicketOrCard;
}

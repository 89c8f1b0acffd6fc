import { type AccountId, type BoundBy, type FactorId, instantOf, type MfaEvent } from '@palier/mfa-core';
import { expect, it } from 'vitest';
import { eventAlert } from './alert.ts';
import { eventSentence } from './event-sentences.ts';

/** An app that was bound with a key, and what that key came from. */
function appBoundWithKey(boundBy: BoundBy): MfaEvent {
  const [app, key] = ['fac_app' as FactorId, 'fac_key' as FactorId];
  return {
    type: 'factor-enrolled',
    at: instantOf(0),
    account: 'medecin-06' as AccountId,
    factor: { id: app, kind: 'totp', name: 'planted' },
    activeFrom: instantOf(0),
    right: 'factor',
    boundBy,
    shown: { id: key, kind: 'webauthn', name: '' },
  };
}

it('says of a factor that goes back to a code who is to be called, also where the gesture was made with a key', () => {
  const sentence = eventSentence(appBoundWithKey('code'));
  expect(sentence?.en).toContain('palier account remove-factor medecin-06 fac_app');
  expect(sentence?.fr).toContain('palier account lock medecin-06');
  expect(eventSentence(appBoundWithKey('phishing-resistant'))?.en).toBe(
    'Account medecin-06: a factor was enrolled.',
  );
});

const wrongCodes = (failures: number): ReturnType<typeof eventAlert> =>
  eventAlert({
    type: 'locked',
    at: instantOf(0),
    account: 'medecin-06' as AccountId,
    until: instantOf(3_600_000),
    failures,
    ceiling: 100,
  });

it('says of wrong codes how many there were and when they shut the owner out, and calls somebody once, half-way', () => {
  const severities = Array.from({ length: 95 }, (_, place) => wrongCodes(place + 5)?.severity);
  expect(severities.flatMap((one, place) => (one === 'page' ? [place + 5] : []))).toEqual([50]);
  expect(wrongCodes(7)?.sentence).toEqual({
    fr: 'Compte medecin-06 : 7 codes faux de suite ; les essais sont ralentis. Au 100e, ses applications et ses codes de secours sont désactivés, et il faudra un ticket.',
    en: 'Account medecin-06: 7 wrong codes in a row; attempts are slowed down. At 100 its apps and recovery codes are disabled, and a ticket is needed.',
  });
  expect(wrongCodes(50)?.sentence.fr).toContain('palier account lock medecin-06');
  expect(wrongCodes(50)?.sentence.en).toContain('palier account lock medecin-06');
});

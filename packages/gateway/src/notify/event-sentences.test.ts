import { type AccountId, type BoundBy, type FactorId, instantOf, type MfaEvent } from '@palier/mfa-core';
import { expect, it } from 'vitest';
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

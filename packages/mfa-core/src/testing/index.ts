// Published as @palier/mfa-core/testing: what a test of a portal needs to play a person with factors. Deterministic
// and without secrets; nothing here belongs in production.
export {
  type AttestationAuthority,
  type AttestationKey,
  type AttestedModel,
  attestationAuthority,
} from './attestation-authority.ts';
export { type FakeClock, fakeClock, fakeRandom } from './fakes.ts';
export {
  type SoftwareAuthenticator,
  type SoftwareAuthenticatorSetting,
  softwareAuthenticator,
} from './software-authenticator.ts';
export { totpCode } from './totp-code.ts';

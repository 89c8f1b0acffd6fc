// The public names of mfa-core, written by hand. Stores, adapters and the testing kit have subpaths of their own.
export { actionDigest } from './action.ts';
export type { AddedLately } from './added-lately.ts';
export {
  type AcceptWord,
  accepts,
  acceptWords,
  assess,
  bestProof,
  type Proof,
  type ProofKind,
  type Requirement,
  type Shortfall,
  type StepUpRequirement,
} from './assurance.ts';
export type { Refused } from './attempts.ts';
export type { Enrolled } from './bind-factor.ts';
export {
  type Challenge,
  type ChallengePayloads,
  challengeLifetimes,
  type EnrolRight,
  type Purpose,
} from './challenge.ts';
export {
  type ClockCheck,
  type ClockCheckSetting,
  type ClocksApart,
  clockBounds,
  createClockCheck,
  type StoreTime,
} from './clock-check.ts';
export type { BindableKind, RightAnswer } from './enrol-right.ts';
export type { Enrol, EnrolAnswer, EnrolOffer, WantedFactor } from './enrolment.ts';
export { MfaError, type MfaErrorCode, mfaErrorCodes } from './errors.ts';
export type { EventSink, MfaEvent, NamedFactor, RefusalReason } from './events.ts';
export {
  type BoundBy,
  type Factor,
  isUsable,
  type RecoverySet,
  type Sealed,
  type TotpFactor,
  type TotpHash,
  type TotpSettings,
  type WebAuthnFactor,
} from './factor.ts';
export type { CodesAnswer, Removed } from './factor-changes.ts';
export type { FactorView } from './factor-view.ts';
export type { AcceptedCredentials, Factors } from './factors.ts';
export {
  type AccountId,
  type ChallengeId,
  digestToken,
  type FactorId,
  makeChallengeId,
  makeFactorId,
  makeProofId,
  makeSessionId,
  makeSessionToken,
  makeTicketId,
  type ProofId,
  parseAccountId,
  parseChallengeId,
  parseFactorId,
  parseSessionId,
  parseSessionToken,
  parseTicketCode,
  parseTicketId,
  type SessionId,
  type SessionToken,
  type TicketCode,
  type TicketId,
  type TokenDigest,
} from './ids.ts';
export type { EndedBy } from './live-sessions.ts';
export { createMfa, type Mfa, type MfaSetting } from './mfa.ts';
export { allSinks, type BackgroundSetting, type BackgroundSink, inBackground } from './notices/delivery.ts';
export {
  type MailMessage,
  type MailSetting,
  type MailTransport,
  mailSink,
  type Recipient,
} from './notices/mail.ts';
export { type Language, type Notice, noticeOf, type Place, toldByDefault } from './notices/notice.ts';
export { postSigned, type SignedPost, type WebhookSetting, webhookSink } from './notices/webhook.ts';
export type { OfferedChanges } from './offered-changes.ts';
export type { ImportedTotp } from './operator-changes.ts';
export type { EndedOne, EndedOthers } from './other-sessions.ts';
export { type HeaderOf, isOwnOrigin } from './own-origin.ts';
export type { MfaKeys } from './parts.ts';
export { defaultPolicy, type MfaPolicy } from './policy.ts';
export { type Random, systemRandom } from './random.ts';
export type { RemovalVerdict } from './removal.ts';
export { type HeldForm, isWayBack, type Resume, type ResumePoint, type Stop } from './resume.ts';
export { hasRoom, type Room } from './room.ts';
export { keyIdOf, open, type SealingKeys, seal, sealingKeys } from './sealing.ts';
export { Secret } from './secret.ts';
export { isLive, type Session, type SessionLimits } from './session.ts';
export type { Elevation, Sessions } from './session-lifecycle.ts';
export type { Card, SteppedUp, StepUp, StepUpAnswer, StepUpOffer, StepUpOutcome } from './step-up.ts';
export type {
  AttemptLane,
  AttemptStore,
  ChallengeStore,
  FactorStore,
  FactorUpkeep,
  MfaStores,
  Reservation,
  SessionStore,
  TicketStore,
} from './stores.ts';
export type { Ticket } from './ticket.ts';
export type { Tickets, TicketView } from './ticket-lifecycle.ts';
export {
  after,
  type Clock,
  elapsed,
  type Instant,
  instantOf,
  type Seconds,
  secondsOf,
  systemClock,
} from './time.ts';
export {
  type Import,
  type ImportedSecret,
  parseBase32Secret,
  parseKeyUri,
  parseMigrationPayload,
} from './totp/import.ts';
export { qrSvg, qrText } from './totp/qr.ts';
export { type DriftWindow, defaultTotpSettings } from './totp/totp.ts';
export type { TotpOffer } from './totp-enrolment.ts';
export type { RotationProgress } from './totp-secrets.ts';
export { type ClockCheckedStores, underClockCheck, withClockCheck } from './under-clock-check.ts';
export {
  type Metadata,
  type MetadataFile,
  type ModelVerdict,
  pinnedRoots,
  readMetadata,
} from './webauthn/metadata.ts';
export { relatedOrigins } from './webauthn/related-origins.ts';
export type { AuthenticatorPolicy, RelyingParty } from './webauthn/relying-party.ts';

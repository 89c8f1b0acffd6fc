// Credentials an account holds, as the options of a ceremony name them (WebAuthn L3 section 5.8.3). Transports are
// hints the browser gave at registration; unknown words were dropped then.
import type { AuthenticatorTransport } from '@simplewebauthn/server';

export interface KnownCredential {
  readonly credentialId: string;
  readonly transports: readonly string[];
}

export interface Descriptor {
  readonly id: string;
  readonly transports: AuthenticatorTransport[];
}

/** Fresh descriptors, which the library may change. */
export function descriptors(credentials: readonly KnownCredential[]): Descriptor[] {
  return credentials.map(({ credentialId: id, transports }) => ({
    id,
    transports: [...transports] as AuthenticatorTransport[],
  }));
}

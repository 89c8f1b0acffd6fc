// What the schemas of the identity sources make of a file.
import type { IdentitySetting } from './identity-settings.ts';

/** A source as written, with what only the routes can tell: the patterns that sign out. */
export interface WrittenSource {
  readonly setting: IdentitySetting;
  readonly signOut: readonly string[];
}

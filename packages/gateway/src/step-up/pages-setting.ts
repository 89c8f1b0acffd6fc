// What our pages are made with, and what a page is.

import type { Instant } from '@palier/mfa-core';
import type { NextFunction, Request, Response } from 'express';
import type { CardPages } from '../card/card.ts';
import type { ForeignLinks } from '../config/config.ts';
import type { SignOut } from '../gate/leaving.ts';
import type { Providers } from '../oidc/providers.ts';
import type { CardWay } from './card-ways.ts';
import type { GlassDesk } from './glass-desk.ts';
import type { Person, Reception, Visit } from './person.ts';

export interface PagesSetting {
  readonly reception: Reception;
  /** The public origin; every state change must come from it. */
  readonly origin: string;
  readonly foreignLinks: ForeignLinks;
  /** Where people sign in to the portal. */
  readonly signInPath: string;
  /** Where the portal signs people out; undefined where that is not known. */
  readonly signOut: SignOut | undefined;
  /** Whether anybody here can show a card. */
  readonly showsCards: boolean;
  readonly jwks: () => unknown;
  /** Told of exceptions; the person gets the 503 page. */
  readonly broken: (error: unknown) => void;
  readonly providers: Providers;
  readonly now: () => Instant;
  readonly glass: GlassDesk;
  /** What the presence of this person still buys, for the page; undefined when there is none. */
  readonly presenceLeft: (person: Person) => Promise<number | undefined>;
  /** Ways to prove a card that lead away from our pages. */
  readonly cardWays: readonly CardWay[];
  /** Undefined where no card is read. */
  readonly card: CardPages | undefined;
  /** Whether some keys count as cards. */
  readonly cardKeys: boolean;
  /** How the right to bind the first factor is earned. */
  readonly first: readonly ('ticket' | 'card')[];
}

/** A route of ours: it gets who is there, and answers. */
export type Page = (visit: Visit, request: Request, response: Response) => Promise<void>;

export type Visited = (page: Page) => (request: Request, response: Response, next: NextFunction) => void;

// Where an answer or a token says what is to be known of an account, as configured.

/** RFC 6901 pointers (portal-session) or claim pointers (jwt, oidc) to what is said of the account. */
export interface AccountPointers {
  readonly account: string;
  readonly class: string | undefined;
  readonly organisation: string | undefined;
  /** `*` walks a list: `/groups/*`. */
  readonly groups: string | undefined;
  readonly name: string | undefined;
  /** The professional's number in a register, to compare a card with; undefined: the account itself is compared. */
  readonly person?: string | undefined;
}

/** A place on a page: the text of a CSS selector's one hit, or its attribute. */
export interface HtmlPointer {
  readonly selector: string;
  readonly attribute: string | undefined;
}

/** The same for a who-am-I that answers with a page: all pointers are of one kind. */
export type PortalPointers = AccountPointers | HtmlPointers;

export interface HtmlPointers {
  readonly account: HtmlPointer;
  readonly class: HtmlPointer | undefined;
  readonly organisation: HtmlPointer | undefined;
  readonly groups: HtmlPointer | undefined;
  readonly name: HtmlPointer | undefined;
  readonly person?: HtmlPointer | undefined;
}

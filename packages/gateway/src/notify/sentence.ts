/** What is said to a person of the operator, in both languages. */
export interface Sentence {
  readonly fr: string;
  readonly en: string;
}

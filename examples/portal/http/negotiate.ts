// Content negotiation by q-value (RFC 9110 section 12.5): which of a few offers a client likes best.

/** A language the portal speaks. */
export type Language = 'fr' | 'en';

/** A form an answer can take. */
export type Format = 'html' | 'json';

interface Wish {
  readonly range: string;
  readonly quality: number;
}

/** Picks French unless English is liked better. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const wishes = parseWishes(acceptLanguage);
  return rank(wishes, ['en', '*']) > rank(wishes, ['fr', '*']) ? 'en' : 'fr';
}

/** Picks HTML unless JSON is liked better; naming JSON beats a mere wildcard of the same quality. */
export function preferredFormat(accept: string | undefined): Format {
  const wishes = parseWishes(accept);
  const json = rank(wishes, ['application/json', 'application/*', '*/*']);
  return json > rank(wishes, ['text/html', 'text/*', '*/*']) ? 'json' : 'html';
}

function parseWishes(header: string | undefined): readonly Wish[] {
  return (header ?? '').split(',').flatMap((item) => {
    const [range = '', ...parameters] = item
      .toLowerCase()
      .split(';')
      .map((part) => part.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return range !== '' && quality >= 0 && quality <= 1 ? [{ range, quality }] : [];
  });
}

// The most specific range that is present decides; a ten-thousandth less per step settles equal qualities.
function rank(wishes: readonly Wish[], ranges: readonly string[]): number {
  for (const [step, range] of ranges.entries()) {
    const wish = wishes.find(
      (candidate) => candidate.range === range || candidate.range.startsWith(`${range}-`),
    );
    if (wish !== undefined) return wish.quality === 0 ? 0 : wish.quality - step / 10_000;
  }
  return 0;
}

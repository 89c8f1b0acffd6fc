// What people at a counter read is in their words (ARCHITECTURE.md, Words), and whom to ask has one name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

const files = [
  ...[
    'texts',
    'app-words',
    'removal-words',
    'account-words',
    'why-words',
    'lately',
    'glass-page',
    'glass-link',
    'page',
    'problem-page',
  ].map((name) => `packages/gateway/src/step-up/${name}.ts`),
  'packages/gateway/src/card/texts.ts',
  'packages/gateway/src/respond/problems.ts',
  'packages/gateway/assets/client.js',
  ...['page/words', 'api/problems', 'notices/fr', 'notices/en'].map(
    (name) => `packages/mfa-core/src/${name}.ts`,
  ),
];

const jargon =
  /\b(?:facteurs?|gestes?|exploitant|opérateur|responsable|support|factors?|gestures?|operator|manager|your administrator|votre administrateur|enrôlement)\b/i;

/** Texts of more than one word: what is one word may be a name in code. */
function sentencesOf(source: string): readonly string[] {
  const code = source.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '').replace(/\$\{[^}]*\}/g, '…');
  const texts = code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g);
  return [...texts]
    .map(([, plain, template]) => plain ?? template ?? '')
    .filter((text) => /\S\s+\S/.test(text));
}

const jargonIn = (source: string): readonly string[] =>
  sentencesOf(source).filter((text) => !text.includes('</') && jargon.test(text));

describe('what people read', () => {
  it.each(files)('says it in their words: %s', (file) => {
    const source = readFileSync(join(root, file), 'utf8');
    expect(sentencesOf(source).length).toBeGreaterThan(0);
    expect(jargonIn(source)).toEqual([]);
  });

  it('would be found otherwise, in either language and inside a sentence with a value', () => {
    const source = "a: 'Inscrire un facteur',\nb: `Ask the operator of $" + "{portal.name}.`,\nc: 'factor'";
    expect(jargonIn(source)).toEqual(['Inscrire un facteur', 'Ask the operator of ….']);
  });
});

// The template escapes what is not HTML already.

import { expect, it } from 'vitest';
import { html, markupOf } from './html.ts';

it('escapes strings wherever they stand', () => {
  const nasty = `<a href="x" title='y'>&`;
  const escaped = '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;';
  expect(markupOf(html`<p title="${nasty}">${nasty}</p>`)).toBe(`<p title="${escaped}">${escaped}</p>`);
});

it('leaves HTML as it is, prints lists in a row and nothing for undefined and false', () => {
  const items = ['a', '<'].map((item) => html`<li>${item}</li>`);
  expect(markupOf(html`<ul>${items}</ul>${undefined}${false}${0}`)).toBe('<ul><li>a</li><li>&lt;</li></ul>0');
});

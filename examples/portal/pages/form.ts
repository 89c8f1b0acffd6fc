// Form fields: each with its label, its hint tied to it, and the autofill word browsers know.

import { type Html, html } from './html.ts';

/** A field to print. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'password' | 'email' | 'date' | 'search';
  readonly value?: string;
  readonly hint?: string;
  readonly autocomplete?: string;
}

/** Prints a required field; its id is its name, so a name stands once on a page. */
export function field({ name, label, type = 'text', value = '', hint, autocomplete = 'off' }: Field): Html {
  const describedBy = hint !== undefined && html` aria-describedby="${name}-hint"`;
  return html`<div class="field"><label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" required${describedBy}></div>
`;
}

/** Prints a form that posts its fields. */
export function postForm(action: string, submit: string, fields: readonly Html[]): Html {
  return html`<form method="post" action="${action}">
${fields}<button>${submit}</button>
</form>
`;
}

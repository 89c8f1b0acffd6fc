// The pages of the professional's own affairs: sick leaves, payments, messages.

import type { Payment } from '../desk/payments.ts';
import type { SickLeave } from '../desk/sick-leaves.ts';
import { euros, formatNir, longDate, longMonth, texts } from '../locales/texts.ts';
import { field, postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { alert, layout, type Reader } from './layout.ts';

/** Prints the sick-leave form and what this account declared before. */
export function sickLeavePage(
  reader: Reader,
  { declared, typed, problem }: { declared: readonly SickLeave[]; typed?: URLSearchParams; problem?: string },
): Html {
  const t = texts(reader.language);
  const value = (name: string): string => typed?.get(name) ?? '';
  const fields = [
    field({ name: 'nir', label: t.nir, hint: t.nirHint, value: value('nir') }),
    field({ name: 'debut', label: t.firstDay, type: 'date', value: value('debut') }),
    field({ name: 'fin', label: t.lastDay, type: 'date', value: value('fin') }),
    field({ name: 'motif', label: t.reason, value: value('motif') }),
  ];
  const list = declared.length === 0 ? html`<p>${t.noneDeclared}</p>` : leaveList(reader, declared);
  return layout(
    reader,
    t.sickLeave,
    html`<p>${t.sickLeaveIntro}</p>${alert(problem)}${postForm('/aat', t.declare, fields)}
<section><h2>${t.declared}</h2>${list}</section>`,
  );
}

/** Prints the receipt of one sick leave. */
export function receiptPage(reader: Reader, leave: SickLeave): Html {
  const t = texts(reader.language);
  return layout(
    reader,
    t.receipt,
    html`<p>${t.receiptNumber} <strong class="number">${leave.receipt}</strong></p>${leaveList(reader, [leave])}
<p><a href="/aat">${t.sickLeave}</a></p>`,
  );
}

/** Prints the payments of the last months. */
export function paymentsPage(reader: Reader, payments: readonly Payment[]): Html {
  const t = texts(reader.language);
  const headings = [t.month, t.invoices, t.amount].map((heading) => html`<th scope="col">${heading}</th>`);
  const rows = payments.map(
    ({ month, invoices, cents }) => html`<tr><th scope="row">${longMonth(reader.language, month)}</th>
<td class="number">${invoices}</td><td class="number">${euros(reader.language, cents)}</td></tr>`,
  );
  return layout(
    reader,
    t.payments,
    html`<div class="scroll"><table><caption>${t.paymentsIntro}</caption><thead><tr>${headings}</tr></thead>
<tbody>${rows}</tbody></table></div>`,
  );
}

/** Prints the page whose script follows the live connection. */
export function messagesPage(reader: Reader): Html {
  const t = texts(reader.language);
  return layout(
    reader,
    t.messages,
    html`<p>${t.messagesIntro}</p>
<p id="state" role="status" data-connected="${t.connected}" data-disconnected="${t.disconnected}">${t.disconnected}</p>
<ol id="log" aria-live="polite"></ol>
<form id="say">${field({ name: 'message', label: t.message })}<button>${t.send}</button></form>
<script src="/public/messages.js" defer></script>`,
  );
}

function leaveList(reader: Reader, leaves: readonly SickLeave[]): Html {
  const day = (date: string): string => longDate(reader.language, date);
  const rows = leaves.map(
    (leave) =>
      html`<li><span class="number">${formatNir(leave.nir)}</span>, ${day(leave.firstDay)} - ${day(leave.lastDay)}</li>`,
  );
  return html`<ul>${rows}</ul>`;
}

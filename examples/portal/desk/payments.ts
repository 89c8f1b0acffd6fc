// Payments to an account, invented from its login: the same login always earns the same.

import { mix } from '../people/permutation.ts';

/** What was paid in one month, which begins at the instant `month`. */
export interface Payment {
  readonly month: number;
  readonly invoices: number;
  readonly cents: number;
}

/** Lists the twelve months before an instant, the latest first. */
export function paymentsOf(login: string, now: number): readonly Payment[] {
  const today = new Date(now);
  return Array.from({ length: 12 }, (_, back) => {
    const month = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1 - back, 1);
    const invoices = 120 + (mix(seedOf(login), month / 86_400_000) % 380);
    return { month, invoices, cents: invoices * 2_650 };
  });
}

function seedOf(login: string): number {
  return Buffer.from(login).reduce((seed, byte) => mix(seed, byte), 0);
}

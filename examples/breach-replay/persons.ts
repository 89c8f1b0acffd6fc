// The insured persons of every replay, as the portal's own program makes them.

/** What `createPopulation` is given. */
export const persons: { readonly size: number; readonly seed: number } = { size: 600_000, seed: 2022 };

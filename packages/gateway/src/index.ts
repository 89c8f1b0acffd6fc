// What the gateway package offers to programs; the command line is cli/main.ts.
export type { Config, ConfigProblem } from './config/config.ts';
export { parseConfig } from './config/parse.ts';
export { createGateway, type Gateway, type GatewayOptions, type Ports } from './gateway.ts';
export { makeKeyFile, readKeyFile, writeKeyFile } from './keys/keys.ts';
export type { Ledger, LedgerEntry } from './ledger/entry.ts';
export type { ExposedPerson, Release } from './ledger/exposed-persons.ts';
export { type Exposure, type ExposureQuestion, exposureReport } from './ledger/exposure.ts';
export { noticeHeader, noticeLine, releaseHeader, releaseLines } from './ledger/exposure-csv.ts';
export { exposureSummary } from './ledger/exposure-summary.ts';
export { makeOperatorKey, type OperatorKey } from './ledger/keys.ts';
export { type LedgerSetting, openLedger } from './ledger/ledger.ts';
export type { LedgerHead } from './ledger/roll.ts';
export { searchLedger } from './ledger/search.ts';
export { type Verified, verifyLedger } from './ledger/verify.ts';
export { listenerOptions as serverOptions } from './listener.ts';

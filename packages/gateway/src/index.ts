// What the gateway package offers to programs; the command line is cli/main.ts.
export type { Config, ConfigProblem } from './config/config.ts';
export { parseConfig } from './config/parse.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export { makeKeyFile, readKeyFile, writeKeyFile } from './keys/keys.ts';
export { type Exposure, type ExposureQuestion, exposureReport } from './ledger/exposure.ts';
export { makeOperatorKey } from './ledger/keys.ts';
export { searchLedger } from './ledger/search.ts';
export { type Verified, verifyLedger } from './ledger/verify.ts';

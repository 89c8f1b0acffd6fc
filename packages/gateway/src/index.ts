// What the gateway package offers to programs; the command line is cli/main.ts.
export type { Config, ConfigProblem } from './config/config.ts';
export { parseConfig } from './config/parse.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export { makeKeyFile, readKeyFile, writeKeyFile } from './keys/keys.ts';
export { openEntries, verifyLedger } from './ledger/read.ts';

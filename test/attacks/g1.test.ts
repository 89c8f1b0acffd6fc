// G1, path and route confusion: bytes of the catalogue through a real gateway, every oracle after each.
import { g1 } from './cases/g1.ts';
import { playGroup } from './run.ts';

playGroup('G1', g1);

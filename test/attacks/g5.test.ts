// G5 of the catalogue through a real gateway, every oracle after each case, and its controls.
import { g5 } from './cases/g5.ts';
import { playGroup } from './run.ts';

playGroup('G5', g5);

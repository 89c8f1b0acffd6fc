// G6 of the catalogue through a real gateway, every oracle after each case, and its controls.
import { g6 } from './cases/g6.ts';
import { playGroup } from './run.ts';

playGroup('G6', g6);

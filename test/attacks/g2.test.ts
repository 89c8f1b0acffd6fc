// G2 of the catalogue through a real gateway, every oracle after each case, and its controls.
import { g2 } from './cases/g2.ts';
import { playGroup } from './run.ts';

playGroup('G2', g2);

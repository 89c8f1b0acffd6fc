// G3 of the catalogue through a real gateway, every oracle after each case, and its controls.
import { g3 } from './cases/g3.ts';
import { playGroup } from './run.ts';

playGroup('G3', g3);

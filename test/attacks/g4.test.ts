// G4 of the catalogue through a real gateway, every oracle after each case, and its controls.
import { g4 } from './cases/g4.ts';
import { playGroup } from './run.ts';

playGroup('G4', g4);

// The runs with one defence off: each is the attack of a run of scenarios.ts, and must expose more than that.

import { appsBoundByCodes, keysBoundByCodes } from './attack/bound-by-code.ts';
import { heldCards } from './attack/card-plans.ts';
import {
  clonedSeeds,
  keysForTheGateway,
  mailboxes,
  mailedTickets,
  ownKeys,
  phishedCodes,
  stolenCookies,
} from './attack/plans.ts';
import { presenceBound } from './bounds.ts';
import { endlessCode, endlessDay, endlessKey, keyAfterCode, ofThoseHit, replaced } from './changes.ts';
import {
  attacks,
  base,
  codes,
  codesThenKeys,
  keys,
  nobody,
  oneCode,
  pharmacist,
  type Scenario,
} from './scenarios.ts';

const ablations: readonly Scenario[] = [
  {
    ...base,
    letter: 'a',
    name: 'without enforcing (observe mode)',
    plan: mailboxes,
    ownersWork: false,
    hours: 1,
    bound: undefined,
    without: { change: replaced('mode: enforce', 'mode: observe'), heldTo: nobody },
  },
  {
    ...base,
    letter: 'a',
    name: 'without the second factor',
    plan: mailboxes,
    ownersWork: false,
    hours: 1,
    bound: undefined,
    without: {
      change: replaced(
        /(match: GET \/api\/patients\/\{nir\}\n) {4}require: .*\n {4}records: .*\n {4}fields: .*\n/g,
        '$1    require: signed-in\n',
      ),
      heldTo: nobody,
      unledgered: true,
    },
  },
  {
    ...base,
    letter: 'd',
    name: 'without counting persons (one code each, and the door is open)',
    plan: phishedCodes(1),
    hours: 1,
    bound: undefined,
    without: {
      change: replaced(
        /(match: GET \/api\/patients\/\{nir\}\n {4}require: .*\n) {4}records: .*\n {4}fields: .*\n/g,
        '$1',
      ),
      heldTo: oneCode(1),
      unledgered: true,
    },
  },
  {
    ...base,
    letter: 'e',
    name: 'without a key beside the app (one code binds the thief an app)',
    plan: appsBoundByCodes,
    ownersWork: false,
    bound: codes(1),
    without: { heldTo: oneCode(1) },
  },
  {
    ...base,
    letter: 'e',
    name: 'without the ticket for a key (a code binds the thief one after 72 h), 7 days',
    plan: keysBoundByCodes,
    ownersWork: false,
    hours: 168,
    bound: codesThenKeys,
    without: { change: keyAfterCode, heldTo: codes(7) },
    full: true,
  },
  {
    ...base,
    letter: 'b',
    name: 'without the caps on codes',
    plan: clonedSeeds,
    hours: 2,
    bound: undefined,
    without: { change: ofThoseHit(endlessCode), heldTo: codes(1) },
  },
  {
    ...base,
    letter: 'd',
    name: 'without another origin (keys touched at the gateway)',
    plan: keysForTheGateway,
    hours: 1,
    bound: undefined,
    without: { heldTo: nobody },
  },
  {
    ...base,
    letter: 'd',
    name: "without the card in its owner's hand (one gesture with it)",
    plan: heldCards,
    withCards: true,
    hours: 2,
    bound: presenceBound,
    without: { heldTo: nobody },
  },
  {
    ...base,
    letter: 'e',
    name: 'without tickets by hand (sent by mail)',
    plan: mailedTickets,
    hours: 1,
    ownersWork: false,
    bound: undefined,
    without: { heldTo: nobody },
  },
  {
    ...base,
    letter: 'f',
    name: 'without the cap of the day',
    plan: ownKeys,
    accounts: pharmacist,
    hours: 12,
    bound: undefined,
    without: { change: ofThoseHit(endlessDay), heldTo: keys(1) },
  },
  {
    ...base,
    letter: 'g',
    name: 'without the presence',
    plan: stolenCookies,
    hours: 2,
    bound: undefined,
    without: { change: ofThoseHit(endlessKey), heldTo: presenceBound },
  },
];

/** The runs of a replay: those of minutes, or all. */
export function scenariosOf(full: boolean): readonly Scenario[] {
  return [...attacks, ...ablations].filter((scenario) => full || !scenario.full);
}

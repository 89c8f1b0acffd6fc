import { expect, it } from 'vitest';
import { createMeetings, sawEverybodyAtTheGate } from './meetings.ts';

it('does not take a thief who was only refused for one who stood at the gate', () => {
  const meetings = createMeetings();
  meetings.add('medecin-01', 'asked-for-a-gesture');
  meetings.add('medecin-02', 'shown');
  expect(() => sawEverybodyAtTheGate(meetings, ['medecin-01', 'medecin-02'])).not.toThrow();
  meetings.add('medecin-03', 'refused');
  expect(() => sawEverybodyAtTheGate(meetings, ['medecin-01', 'medecin-03'])).toThrow('medecin-03');
});

import { describe, expect, it } from 'vitest';
import { problems } from '../respond/problems.ts';
import { problemPage } from './problem-page.ts';

const way = 'href="/.palier/step-up"';

describe('the page of a problem', () => {
  it.each(['step-up', 'too-old', 'presence-used-up', 'stronger'] as const)(
    'leads to the gesture where one helps: %s',
    (name) => {
      expect(problemPage(problems[name], 'fr', undefined)).toContain(way);
    },
  );

  it.each(['sign-in', 'slow-down', 'stopped', 'not-found', 'unavailable'] as const)(
    'sends nobody to a gesture that would not help: %s',
    (name) => {
      expect(problemPage(problems[name], 'en', 60)).not.toContain(way);
    },
  );
});

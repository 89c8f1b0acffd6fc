// What makes no sense about budgets: numbers out of order, and record types that do not exist or that nothing counts.
import type { Config } from './config.ts';
import { type Objection, objection, overAll } from './issues.ts';
import { meantOf } from './nearest.ts';
import { builtInTypes } from './route-contradictions.ts';

export function ofBudgets(config: Config): readonly Objection[] {
  const known = [...builtInTypes, ...config.recordTypes.map(({ name }) => name)];
  const counted = new Set(config.routes.flatMap(({ records }) => records.map((rule) => rule.as)));
  const ofTypes = (['canaries', 'patientPresent'] as const).flatMap((section) => {
    const type = config.budgets[section]?.as;
    if (type === undefined || counted.has(type)) return [];
    const path = ['budgets', section, 'as'];
    return known.includes(type)
      ? [overAll(objection(path, `no route counts records of type "${type}"`, uncounted([...counted])))]
      : [objection(path, `there is no record type "${type}"`, meantOf(type, known))];
  });
  return [...ofTypes, ...ofClasses(config)];
}

function uncounted(counted: readonly string[]): string {
  return counted.length === 0
    ? 'leave it out until a route has records'
    : `counted are: ${counted.join(', ')}`;
}

function ofClasses(config: Config): readonly Objection[] {
  return [...config.budgets.classes].flatMap(([name, { code, day, newRecords }]) => {
    const path = ['budgets', 'classes', name];
    return [
      ...(code === undefined || code.records <= code.day
        ? []
        : [
            objection(
              [...path, 'code'],
              'one code buys more than all codes of a day',
              'make day at least records',
            ),
          ]),
      ...(day.floor <= day.ceiling && day.ceiling <= day.cardCeiling
        ? []
        : [objection([...path, 'day'], 'floor, ceiling and cardCeiling do not grow', 'order them')]),
      ...(newRecords.floor <= newRecords.ceiling
        ? []
        : [objection([...path, 'newRecords'], 'floor is above ceiling', 'order them')]),
    ];
  });
}

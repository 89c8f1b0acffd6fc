// Records nobody has a reason to open, planted by the operator: one id a line, `#` begins a comment. Never one that could
// mislead care. A line that is no identifier is refused at start: a canary that cannot be recognised guards nothing.
import type { Budgets } from '../config/budget-settings.ts';
import { readText } from '../files/reading.ts';
import type { RecordKeys } from './record-keys.ts';
import type { RecordDigest } from './record-rule.ts';

/** Both keys while they rotate: a look-up carries its digest under the current one. */
export function readCanaries(setting: Budgets['canaries'], keys: RecordKeys): ReadonlySet<RecordDigest> {
  if (setting === undefined) return new Set();
  const lines = readText(setting.file)
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*$/, '').trim());
  const digests = lines.flatMap((line, index) => {
    if (line === '') return [];
    const record = keys.record(setting.as, line);
    if (record === undefined)
      throw new TypeError(`line ${index + 1} of ${setting.file} is no record of type ${setting.as}`);
    return [record.digest];
  });
  return new Set(digests);
}

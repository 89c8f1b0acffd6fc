// The key of record digests is changed without changing a count: both keys are known for a year (the longest set), every
// record is looked up under both and moved when it is next seen; then the old one is destroyed, and with it whatever of
// the old digests is left means nothing to anybody.
import type { Instant, Random } from '@palier/mfa-core';
import { readJson } from '../files/reading.ts';
import { changeFile } from '../files/writing.ts';
import { KeyFileError, readKeyFile } from './keys.ts';

/** The longest window in which a record is remembered: who is new to an account. */
const horizonMilliseconds = 365 * 86_400_000;

interface RecordPart {
  readonly records: string;
  readonly recordsBefore?: { readonly key: string; readonly since: string };
}

/** Makes a new key current and keeps the one before. A second rotation within the year would lose counts: it is refused. */
export function rotateRecordKey(path: string, random: Random, now: Instant): { readonly until: string } {
  const since = new Date(now).toISOString();
  change(path, (file) => {
    if (file.recordsBefore !== undefined)
      throw new KeyFileError({
        problem: `a rotation is under way since ${file.recordsBefore.since}`,
        fix: 'end it first: palier keys finish --records',
      });
    const records = Buffer.from(random(32)).toString('base64url');
    return { ...file, records, recordsBefore: { key: file.records, since } };
  });
  return { until: new Date(now + horizonMilliseconds).toISOString() };
}

/**
 * Destroys the key before. Earlier than a year after the rotation some persons that an account knows would look new to it:
 * more prompts and earlier caps, never more persons shown. `early` accepts that.
 */
export function finishRecordRotation(path: string, now: Instant, early: boolean): void {
  change(path, ({ recordsBefore, ...file }) => {
    if (recordsBefore === undefined)
      throw new KeyFileError({
        problem: 'no rotation is under way',
        fix: 'begin one: palier keys rotate --records',
      });
    const until = Date.parse(recordsBefore.since) + horizonMilliseconds;
    if (!(now >= until) && !early)
      throw new KeyFileError({
        problem: `the counts rest on it until ${new Date(until).toISOString()}`,
        fix: 'wait, or write --early, which accepts that known persons look new',
      });
    return file;
  });
}

function change(path: string, next: (file: RecordPart) => object): void {
  readKeyFile(path);
  changeFile(path, () => {
    const file = readJson(path, 'a key file') as RecordPart;
    return `${JSON.stringify(next(file), null, 2)}\n`;
  });
}

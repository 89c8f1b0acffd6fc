// The sections of a document of which another part cannot be read: each key at the margin with what stands below it, read
// alone. A bracket left open under `routes` is then no reason not to know where the stores are.
import { readDocument } from './document.ts';

export type Sections = ReadonlyMap<string, unknown>;

/** Those that can be read; undefined where the text is no list of keys at all. */
export function sectionsOf(text: string): Sections | undefined {
  const whole = readDocument(text);
  if ('problems' in whole) return sectionsAlone(text);
  const value = whole.value ?? {};
  return isMapping(value) ? new Map(Object.entries(value)) : undefined;
}

/** Of a key that stands there twice nobody can say which one is meant: neither is read. */
function sectionsAlone(text: string): Sections {
  const read = text.split(/^(?=[^\s#])/m).flatMap((block) => {
    const document = readDocument(block);
    const value = 'problems' in document ? undefined : document.value;
    return isMapping(value) ? Object.entries(value) : [];
  });
  const names = read.map(([name]) => name);
  return new Map(read.filter(([name]) => names.indexOf(name) === names.lastIndexOf(name)));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

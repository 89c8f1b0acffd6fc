// What a configuration may reach for while it is read: files and environment variables, and nothing else.
import { resolve } from 'node:path';
import { Secret } from '@palier/mfa-core';
import { z } from 'zod';
import { filePath } from './scalars.ts';

export interface Surroundings {
  /** Reads a file as text; throws when it cannot. */
  readonly readFile: (path: string) => string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths are taken from here; undefined: they stay as written. */
  readonly folder?: string;
}

/** A path of a file or directory, made absolute where the surroundings say from where. */
export function fileIn({ folder }: Surroundings): z.ZodType<string, string> {
  return filePath.transform((path) => (folder === undefined ? path : resolve(folder, path)));
}

const secretSource = z.union([
  z.strictObject({ file: filePath }),
  z.strictObject({
    env: z.string().meta({ description: 'the name of an environment variable', examples: ['PALIER_SECRET'] }),
  }),
]);

/**
 * A secret, by file or environment only: written into the configuration it would end in backups and tickets. One line
 * end at the end of a file is not part of it. Shorter than `shortest` bytes is refused (A250).
 */
export function secretIn(surroundings: Surroundings, shortest: number): z.ZodType<Secret, unknown> {
  return secretSource
    .meta({
      description: 'a secret, as { file: <path> } or { env: <NAME> }',
      examples: [{ file: 'secrets/smtp' }],
      writeOnly: true,
    })
    .transform((source, context) => {
      const found =
        'file' in source ? fileText(source.file, surroundings) : surroundings.environment[source.env];
      const flaw = found === undefined ? 'cannot be read' : flawOf(found, shortest);
      if (found !== undefined && flaw === undefined) return Secret.fromText(found);
      context.issues.push({ code: 'custom', input: undefined, message: `the secret ${flaw}` });
      return z.NEVER;
    });
}

function fileText(path: string, { readFile, folder }: Surroundings): string | undefined {
  try {
    return readFile(folder === undefined ? path : resolve(folder, path)).replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

const examples = new Set(['changeme', 'change-me', 'secret', 'password', 'example']);

function flawOf(found: string, shortest: number): string | undefined {
  if (examples.has(found.toLowerCase())) return 'is an example value';
  return Buffer.byteLength(found) < shortest ? `has fewer than ${shortest} bytes` : undefined;
}

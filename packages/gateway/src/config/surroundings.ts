// What a configuration may reach for while it is read: files and environment variables, and nothing else.
import { resolve } from 'node:path';
import { Secret } from '@palier/mfa-core';
import { z } from 'zod';
import { errnoOf, type FileFault, fileFault } from '../files/file-fault.ts';
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
        'file' in source
          ? textIn(source.file, surroundings)
          : textOf(source.env, surroundings.environment[source.env]);
      const flaw = 'flaw' in found ? found.flaw : flawOf(found, shortest);
      if (flaw === undefined && 'text' in found) return Secret.fromText(found.text);
      context.issues.push({
        code: 'custom',
        input: undefined,
        message: flaw?.problem ?? 'the secret cannot be read',
        params: { fix: flaw?.fix },
      });
      return z.NEVER;
    });
}

interface Found {
  readonly text: string;
  /** How an operator would write another one. */
  readonly place: string;
  readonly name: string;
}

type Read = Found | { readonly flaw: FileFault };

function textIn(path: string, { readFile, folder }: Surroundings): Read {
  const full = folder === undefined ? path : resolve(folder, path);
  try {
    const text = readFile(full).replace(/\r?\n$/, '');
    return { text, place: `> ${full}`, name: `the secret in ${full}` };
  } catch (error) {
    const { problem, fix } = fileFault(full, 'read', error);
    const make = `write the secret there, or a new one: openssl rand -hex 32 > ${full}`;
    return { flaw: { problem, fix: errnoOf(error) === 'ENOENT' ? make : fix } };
  }
}

function textOf(name: string, text: string | undefined): Read {
  if (text !== undefined)
    return { text, place: `, and give it as ${name}`, name: `the secret in the variable ${name}` };
  return {
    flaw: {
      problem: `the environment variable ${name} is not set`,
      fix: 'set it where palier is started; the commands of the operator need it too',
    },
  };
}

const examples = new Set(['changeme', 'change-me', 'secret', 'password', 'example']);

function flawOf({ text, name, place }: Found, shortest: number): FileFault | undefined {
  // What somebody else gave (a password, a client's secret) cannot be made here.
  const fix =
    shortest >= 32
      ? `make one: openssl rand -hex 32 ${place}`.replace(' ,', ',')
      : 'write the one that belongs there';
  if (examples.has(text.toLowerCase())) return { problem: `${name} is an example value`, fix };
  return Buffer.byteLength(text) < shortest
    ? { problem: `${name} has fewer than ${shortest} bytes`, fix }
    : undefined;
}

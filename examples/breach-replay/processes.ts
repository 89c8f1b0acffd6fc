// Starts the programs of a replay as processes of their own and waits until each has said it is ready.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program that is running and has said it is ready. */
export interface RunningProgram {
  /** The line it said so with. */
  readonly ready: string;
  /** Everything it printed so far, line by line. */
  readonly lines: readonly string[];
  /** Asks a program started with `answers` something; rejects when it answers with an error or is gone. */
  ask(question: Question): Promise<unknown>;
  /** Asks it to end, insists after five seconds, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** What a program of a replay is asked over the pipe between parent and child, which nobody else can reach. */
export interface Question {
  readonly [name: string]: string | number | boolean;
}

// Generous: a portal with a thousand passwords to derive, on a machine that has other things to do.
const START_MILLISECONDS = 180_000;
const PATIENCE_MILLISECONDS = 5_000;

/** Runs a TypeScript file of this repository; rejects with its last words when it ends before it is ready. */
export async function startProgram(
  file: URL,
  options: {
    readonly args: readonly string[];
    readonly ready: RegExp;
    readonly environment?: Readonly<Record<string, string>>;
    /** Milliseconds it may take to get ready. */
    readonly patience?: number;
    /** It answers questions (programs/answers.ts). */
    readonly answers?: boolean;
    /** Told every line it prints after it got ready. */
    readonly hear?: (line: string) => void;
  },
): Promise<RunningProgram> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=palier-source',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(file),
      ...options.args,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe', ...(options.answers === true ? (['ipc'] as const) : [])],
      env: { ...process.env, ...options.environment },
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines: string[] = [];
  const stop = async (): Promise<void> => end(child, ended);
  try {
    const ready = await readyLine(child, lines, options.ready, options.patience ?? START_MILLISECONDS);
    if (options.hear !== undefined) hearLines(child, options.hear);
    return { ready, lines, stop, ask: asker(child) };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

function asker(child: ChildProcess): RunningProgram['ask'] {
  const waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }
  >();
  let asked = 0;
  child.on('message', (message) => {
    const { id, value, error } = message as Answer;
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value);
    else one?.reject(new Error(error));
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the program ended before it answered'));
  });
  return (question) =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.send({ id: asked, question }, (error) => error && reject(error));
    });
}

/** The first listener on a stream got the lines so far; each further one gets what follows. */
function hearLines(child: ChildProcess, hear: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null) createInterface({ input: stream }).on('line', hear);
}

function readyLine(child: ChildProcess, lines: string[], ready: RegExp, patience: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error([why, ...lines.slice(-10)].join('\n')));
    const timer = setTimeout(() => fail('the program did not get ready in time'), patience);
    child.once('error', reject);
    child.once('exit', (code) => fail(`the program ended with ${code}`));
    child.once('close', () => clearTimeout(timer));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (!ready.test(line)) return;
        clearTimeout(timer);
        resolve(line);
      });
    }
  });
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLISECONDS);
  await ended;
  clearTimeout(insist);
}

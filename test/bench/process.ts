// Processes of the benchmark: started on one processor, counted by the processor time the kernel gave them, ended by pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Running {
  readonly pid: number;
  /** The first line it printed. */
  readonly said: string;
  stop(): Promise<void>;
}

/** Processor of the contestants, and that of the load and the portal, so that neither takes time from the other. */
export const contestantsProcessor = '0';
export const loadProcessor = '1';

/** Starts a program on a processor and waits for its first line; rejects when it ends before. */
export async function start(processor: string, command: string, args: readonly string[]): Promise<Running> {
  const child = spawn('taskset', ['-c', processor, command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${command} ${args[0] ?? ''} ended before it was ready`);
  });
  const [said] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => undefined);
  lines.on('line', () => undefined);
  return { pid: child.pid ?? 0, said, stop: () => end(child) };
}

/** Starts one of our own programs with the Node that runs this. */
export function startScript(processor: string, file: string, ...args: readonly string[]): Promise<Running> {
  const path = new URL(file, import.meta.url).pathname;
  return start(processor, process.execPath, ['--conditions=palier-source', path, ...args]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Processor time of a process and of all below it, in microseconds, as the scheduler counts it. */
export function processorTime(pid: number): number {
  return (
    tasksOf(pid).reduce((sum, task) => sum + ranFor(pid, task), 0) +
    childrenOf(pid).reduce((sum, child) => sum + processorTime(child), 0)
  );
}

function tasksOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`);
}

function ranFor(pid: number, task: string): number {
  const [nanoseconds = '0'] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1000;
}

function childrenOf(pid: number): readonly number[] {
  return tasksOf(pid).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
}

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** One child. `ready` resolves when it can do its work; it is asked again after each restart. */
export type ChildDefinition = {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
};

export interface Supervisor {
  /**
   * Resolves when every child reported ready once; rejects when one ends before it was ever ready, or is not ready
   * within its time.
   */
  readonly ready: Promise<void>;
  /** State for `vre status`. */
  children(): readonly {
    readonly name: string;
    readonly pid: number | undefined;
    readonly restarts: number;
    readonly ready: boolean;
  }[];
  /** Stops children in reverse order, each with SIGTERM, then SIGKILL after `graceMilliseconds`. */
  stop(graceMilliseconds?: number): Promise<void>;
}

type Running = {
  definition: ChildDefinition;
  process: ChildProcess | undefined;
  restarts: number;
  ready: boolean;
  timer: NodeJS.Timeout | undefined;
};

const shortestPause = 250;
const longestPause = 30_000;
const stableAfter = 60_000;

/**
 * Starts children one after the other; each says `ready` over its IPC channel. A child that ends is started again
 * with growing pauses. When this process dies, however, the channel closes and every child ends itself.
 */
export function supervise(
  definitions: readonly ChildDefinition[],
  say: (sentence: string) => void,
  options: { readonly readySeconds: number },
): Supervisor {
  const running: Running[] = definitions.map((definition) => ({
    definition,
    process: undefined,
    restarts: 0,
    ready: false,
    timer: undefined,
  }));
  let stopping = false;

  const start = (child: Running, pause: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const { definition } = child;
      const log = openSync(definition.logFile, 'a', 0o600);
      const started = Date.now();
      const spawned = spawn(definition.command, definition.arguments, {
        env: { ...definition.environment },
        stdio: ['ignore', log, log, 'ipc'],
        detached: true,
      });
      closeSync(log);
      child.process = spawned;
      spawned.on('message', (message) => {
        if (message !== 'ready') return;
        child.ready = true;
        resolve();
      });
      spawned.once('error', reject);
      spawned.once('exit', (code, signal) => {
        const wasReady = child.ready;
        child.process = undefined;
        child.ready = false;
        if (stopping) return resolve();
        const how = signal === null ? `with code ${code}` : `by ${signal}`;
        if (!wasReady && child.restarts === 0) {
          return reject(
            new Error(`${definition.name} ended ${how} while starting: see ${definition.logFile}`),
          );
        }
        child.restarts++;
        const next = Date.now() - started > stableAfter ? shortestPause : Math.min(pause * 2, longestPause);
        say(`${definition.name} ended ${how}, starting it again`);
        child.timer = setTimeout(
          () => void start(child, next).catch((error: Error) => say(error.message)),
          pause,
        );
      });
    });

  const ready = (async () => {
    for (const child of running) {
      if (stopping) return;
      await within(options.readySeconds, child.definition, start(child, shortestPause));
    }
  })();
  return {
    ready,
    children: () =>
      running.map((child) => ({
        name: child.definition.name,
        pid: child.process?.pid,
        restarts: child.restarts,
        ready: child.ready,
      })),
    stop: async (graceMilliseconds = 10_000) => {
      stopping = true;
      for (const child of running.toReversed()) {
        clearTimeout(child.timer);
        await end(child.process, graceMilliseconds);
      }
    },
  };
}

/** Fails, naming the child and its log, when it neither gets ready nor ends in time. */
async function within(seconds: number, child: ChildDefinition, ready: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${child.name} is not ready after ${seconds} s: see ${child.logFile}`)),
      seconds * 1000,
    );
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function end(child: ChildProcess | undefined, graceMilliseconds: number): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMilliseconds);
  await exited;
  clearTimeout(timer);
}

import type { Logger, Metrics } from '@vre/telemetry';

/** `worked`: there may be more, call again at once. `idle`: nothing was due. */
export type Outcome = 'worked' | 'idle';

/**
 * A background duty. `step` claims a batch, works on it and commits; it must be safe to run twice at once and to
 * be killed at any point.
 */
export interface Daemon {
  readonly name: string;
  /** Longest pause without being woken, in milliseconds: the safety net behind notifications. */
  readonly idleMilliseconds: number;
  step(signal: AbortSignal): Promise<Outcome>;
}

export interface RunningDaemon {
  readonly name: string;
  /** Runs a step soon, for instance because a notification came. */
  wake(): void;
  /** Lets the step in progress finish, then ends. */
  stop(): Promise<void>;
  /** When a step last ended without an error, for health. */
  lastSuccess(): Date | undefined;
  lastError(): string | undefined;
}

const firstBackOff = 200;
const longestBackOff = 30_000;

/** Runs `daemon` until stopped: at once again while it finds work, else when woken or after its idle time. */
export function runDaemon(
  daemon: Daemon,
  context: { readonly log: Logger; readonly metrics: Metrics },
): RunningDaemon {
  const abort = new AbortController();
  const steps = context.metrics.counter('daemon_steps_total', 'Steps by daemon and outcome', [
    'daemon',
    'outcome',
  ]);
  const seconds = context.metrics.histogram('daemon_step_seconds', 'Duration of a step', ['daemon']);
  const log = context.log.child({ daemon: daemon.name });
  let woken = false;
  let wakeSleeper: (() => void) | undefined;
  let lastSuccess: Date | undefined;
  let lastError: string | undefined;

  const wake = () => {
    woken = true;
    wakeSleeper?.();
  };
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      if (woken || abort.signal.aborted) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => {
      wakeSleeper = undefined;
    });

  const loop = async () => {
    let backOff = firstBackOff;
    while (!abort.signal.aborted) {
      woken = false;
      const end = seconds.startTimer({ daemon: daemon.name });
      try {
        const outcome = await daemon.step(abort.signal);
        steps.inc({ daemon: daemon.name, outcome });
        lastSuccess = new Date();
        lastError = undefined;
        backOff = firstBackOff;
        if (outcome === 'idle') await sleep(daemon.idleMilliseconds);
      } catch (error) {
        if (abort.signal.aborted) break;
        steps.inc({ daemon: daemon.name, outcome: 'error' });
        lastError = error instanceof Error ? error.message : String(error);
        log.error({ err: error, backOff }, 'step failed, trying again after a pause');
        // A wake-up must not turn a failing step into a busy loop: wait the back-off out.
        woken = false;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, backOff);
          const end = () => {
            clearTimeout(timer);
            resolve();
          };
          abort.signal.addEventListener('abort', end, { once: true });
        });
        backOff = Math.min(backOff * 2, longestBackOff);
      } finally {
        end();
      }
    }
  };
  const ended = loop();
  return {
    name: daemon.name,
    wake,
    stop: async () => {
      abort.abort();
      wakeSleeper?.();
      await ended;
    },
    lastSuccess: () => lastSuccess,
    lastError: () => lastError,
  };
}

import { createLogger, createMetrics } from '@vre/telemetry';
import { expect, test } from 'vitest';
import { type Outcome, runDaemon } from './index.ts';

const context = () => ({ log: createLogger({ name: 'test', level: 'silent' }), metrics: createMetrics() });

/** A daemon whose steps are answered by hand. */
function handDaemon(idleMilliseconds: number) {
  const waiting: ((outcome: Outcome | Error) => void)[] = [];
  let arrived: () => void = () => undefined;
  const step = () =>
    new Promise<Outcome>((resolve, reject) => {
      waiting.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
      arrived();
    });
  return {
    daemon: { name: 'hand', idleMilliseconds, step },
    next: async (outcome: Outcome | Error) => {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      waiting.shift()?.(outcome);
    },
  };
}

test('goes on while there is work, sleeps when idle, wakes at once when told', async () => {
  const { daemon, next } = handDaemon(60_000);
  const running = runDaemon(daemon, context());
  await next('worked');
  await next('worked');
  await next('idle');
  running.wake();
  await next('idle');
  expect(running.lastSuccess()).toBeInstanceOf(Date);
  await running.stop();
});

test('a wake-up during a step is not lost', async () => {
  const { daemon, next } = handDaemon(60_000);
  const running = runDaemon(daemon, context());
  await next('worked');
  running.wake();
  await next('idle');
  await next('idle');
  await running.stop();
});

test('a failing step is reported, backed off and tried again', async () => {
  const { daemon, next } = handDaemon(60_000);
  const running = runDaemon(daemon, context());
  await next(new Error('no database'));
  await next('idle');
  expect(running.lastError()).toBeUndefined();
  await running.stop();
});

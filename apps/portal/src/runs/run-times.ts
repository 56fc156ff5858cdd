import type { Progress } from '@vre/protocol-reana';
import { parseMoment } from '../units/moment.ts';

/** When a run's engine began and ended. */
export const runTimes = (progress: Progress): { start: Date | undefined; end: Date | undefined } => ({
  start: parseMoment(progress.run_started_at),
  end: parseMoment(progress.run_finished_at ?? progress.run_stopped_at),
});

/** States of a run, a closed set; the order is that of the database of upstream. */
export const runStatuses = [
  'created',
  'running',
  'finished',
  'failed',
  'deleted',
  'stopped',
  'queued',
  'pending',
] as const;
export type RunStatus = (typeof runStatuses)[number];

/** States of a job, a closed set. */
export const jobStatuses = ['created', 'running', 'finished', 'failed', 'stopped', 'queued'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/**
 * Moves between the states of a run. A restart is no move: it makes a new run. A run may fail before it runs, for
 * instance because its image is mapped to no environment.
 */
export const runMoves: Readonly<Record<RunStatus, readonly RunStatus[]>> = Object.freeze({
  created: ['queued', 'deleted'],
  queued: ['pending', 'running', 'failed', 'stopped', 'deleted'],
  pending: ['running', 'failed', 'stopped', 'deleted'],
  running: ['finished', 'failed', 'stopped'],
  finished: ['deleted'],
  failed: ['deleted'],
  stopped: ['deleted'],
  deleted: [],
});

/** Whether a run in this state will change no more by itself. */
export const isEnded = (status: RunStatus): boolean =>
  status === 'finished' || status === 'failed' || status === 'stopped' || status === 'deleted';

/** States from which a move to `to` is allowed. */
export const statesBefore = (to: RunStatus): readonly RunStatus[] =>
  runStatuses.filter((from) => runMoves[from].includes(to));

import type { JobStatus, RunStatus } from '@vre/protocol-reana';
import type { Tone } from '../design/state-badge.tsx';

type Look = { readonly tone: Tone; readonly word: string };

/** How a run's state is shown. */
export const runLooks: Readonly<Record<RunStatus, Look>> = {
  created: { tone: 'neutral', word: 'Created' },
  queued: { tone: 'waiting', word: 'Queued' },
  pending: { tone: 'waiting', word: 'Pending' },
  running: { tone: 'busy', word: 'Running' },
  finished: { tone: 'good', word: 'Finished' },
  failed: { tone: 'bad', word: 'Failed' },
  stopped: { tone: 'neutral', word: 'Stopped' },
  deleted: { tone: 'neutral', word: 'Deleted' },
};

/** How a step's state is shown. */
export const jobLooks: Readonly<Record<JobStatus, Look>> = {
  created: { tone: 'neutral', word: 'Created' },
  queued: { tone: 'waiting', word: 'Queued' },
  running: { tone: 'busy', word: 'Running' },
  finished: { tone: 'good', word: 'Finished' },
  failed: { tone: 'bad', word: 'Failed' },
  stopped: { tone: 'neutral', word: 'Stopped' },
};

/** States in which a run occupies or awaits resources. */
export const activeStatuses: readonly RunStatus[] = ['running', 'queued', 'pending'];

/** States offered in filters; deleted runs are asked for explicitly. */
export const filterStatuses: readonly RunStatus[] = [
  'running',
  'queued',
  'pending',
  'finished',
  'failed',
  'stopped',
  'created',
  'deleted',
];

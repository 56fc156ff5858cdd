import type { OutboxEvent } from '@vre/events';
import { fullName, type Run } from './run.ts';

/** `subject` names the account whose browser may see the event. */
export const runStatusEvent = (
  subject: string,
  run: Pick<Run, 'id' | 'name' | 'major' | 'minor'>,
  status: string,
): OutboxEvent => ({
  topic: 'run.status',
  accountId: subject,
  data: { runId: run.id, name: fullName(run), status },
});

export const runJobEvent = (subject: string, runId: string, jobId: string, status: string): OutboxEvent => ({
  topic: 'run.job',
  accountId: subject,
  data: { runId, jobId, status },
});

export const runLogEvent = (subject: string, runId: string): OutboxEvent => ({
  topic: 'run.log',
  accountId: subject,
  data: { runId },
});

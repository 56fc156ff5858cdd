import type { OutboxEvent } from '@vre/events';
import type { Server } from './server.ts';

/** A server went on, or has something to say. Seen by the browser of its owner. */
export const serverChanged = (
  subject: string,
  server: Pick<Server, 'name' | 'state'>,
  percent: number,
  message: string,
): OutboxEvent => ({
  topic: 'server.changed',
  accountId: subject,
  data: { name: server.name, state: server.state, percent, message },
});

/** What happened, told in the transaction that did it. */
export {
  createOutbox,
  type Outbox,
  type OutboxEvent,
  outboxMigration,
  type PublishedEvent,
} from './outbox.ts';
export { createWakeups, type Wakeups } from './wakeups.ts';

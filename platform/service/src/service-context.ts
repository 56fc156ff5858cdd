import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '@vre/database';
import type { Outbox, Wakeups } from '@vre/events';
import type { HttpClient } from '@vre/http-client';
import type { Secrets } from '@vre/secrets';
import type { Logger, Metrics } from '@vre/telemetry';

/** Time, so that tests can turn it by hand. */
export interface Clock {
  now(): Date;
}

/** Identifiers, so that tests can foresee them. */
export interface Identifiers {
  /** UUIDv4 with dashes. */
  uuid(): string;
  /** 32 lower-case hexadecimal digits, as Rucio's clients expect. */
  hex(): string;
  /** `bytes` of randomness as base64url, for codes and keys. */
  secret(bytes: number): string;
}

/** What `apps/vre` hands to every service. One process may build the same service for its API and for its daemons. */
export interface ServiceContext {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly wakeups: Wakeups;
  readonly secrets: Secrets;
  readonly http: HttpClient;
  /** Directory of this service's files (0700 parent), absolute. */
  readonly dataDirectory: string;
}

export const systemClock: Clock = { now: () => new Date() };

export const systemIdentifiers: Identifiers = {
  uuid: () => randomUUID(),
  hex: () => randomBytes(16).toString('hex'),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

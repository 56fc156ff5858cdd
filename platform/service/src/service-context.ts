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

/** Services that answer HTTP, as `Addresses.internal` names them. */
export type ServiceName = 'edge' | 'aai' | 'data-lake' | 'storage-door' | 'workflows' | 'notebooks';

/** Where things are. Public URLs are what people, tokens and clients see; they carry no trailing slash but for the issuer. */
export interface Addresses {
  /** Portal and everything behind it: `http://localhost:8000`. */
  readonly portal: string;
  /** OpenID issuer, exactly as in tokens: `http://localhost:8000/aai/`. */
  readonly issuer: string;
  /** Rucio API and auth host: `http://localhost:8001`. */
  readonly lake: string;
  /** REANA server: `http://localhost:8000` (its API is below `/api`). */
  readonly workflows: string;
  /**
   * Hub and people's servers: `http://127.0.0.1:8002`. Another origin and cookie host than the portal, so that code
   * in a notebook page can never act there.
   */
  readonly notebooks: string;
  /** WebDAV door of the embedded storage elements: `https://localhost:8003`. Also the door's token audience. */
  readonly storageDoor: string;
  /** Base for calls from service to service: `unix:<socket>:` or a URL; append the path. */
  internal(service: ServiceName): string;
  /** PEM file of the certificate authority that clients need for the addresses above, if it is not a public one. */
  readonly authorityFile: string | undefined;
}

/** How a service is known at the issuer. */
export type OidcClient = { readonly id: string; readonly secret: string };

/** Audience of access tokens, by the service that accepts them. The door's audience is its own URL. */
export const audiences = {
  lake: 'rucio',
  workflows: 'reana',
  notebooks: 'jupyterhub',
  aai: 'aai',
} as const;

/**
 * The scope that a client asks for when it wants to work with the data lake: the issuer replaces it in the token by
 * the `storage.*` capabilities that the person is entitled to (WLCG profile, capability sets).
 */
export const lakeCapabilitySet = 'wlcg.capabilityset:/data-lake';

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
  readonly addresses: Addresses;
  /** This service as a client of the issuer. */
  readonly oidcClient: OidcClient;
  /** Directory of this service's files (0700 parent), absolute. */
  readonly dataDirectory: string;
}

export const systemClock: Clock = { now: () => new Date() };

export const systemIdentifiers: Identifiers = {
  uuid: () => randomUUID(),
  hex: () => randomBytes(16).toString('hex'),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

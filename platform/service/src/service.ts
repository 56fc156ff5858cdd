import type { Daemon } from '@vre/daemon';
import type { MigrationSet } from '@vre/database';
import type { HttpServerOptions } from '@vre/http-server';
import type { FastifyInstance } from 'fastify';

/** `detail` is one sentence: what is wrong and what to do. */
export type Health = { readonly ok: boolean; readonly detail: string };

/** A broken invariant between tables or between catalogue and storage. An empty list is the good answer. */
export type AuditFinding = { readonly invariant: string; readonly subject: string; readonly detail: string };

/** One service, put together but not running. `apps/vre` decides what of it runs in which process. */
export interface Service {
  readonly name: string;
  readonly migrations: MigrationSet | undefined;
  /** How its HTTP server differs from the others. */
  readonly http: Pick<HttpServerOptions, 'renderError'> &
    Partial<Pick<HttpServerOptions, 'rewriteUrl' | 'bodyLimit' | 'onRequest' | 'onUpgrade'>>;
  /** Adds the service's plugin tree to its server, at the paths clients see. */
  routes(app: FastifyInstance): Promise<void>;
  /**
   * Operator actions, served on the process's control socket (0600, the operator alone) below `/<service name>/`.
   * `vre` commands call them.
   */
  operatorRoutes?(app: FastifyInstance): Promise<void>;
  /** Run by worker processes. Woken through `ServiceContext.wakeups` of the service's schema. */
  readonly daemons: readonly Daemon[];
  /** Called once after migration in every process, before routes and daemons: first rows, caches. Idempotent. */
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): Promise<Health>;
  audit(): Promise<readonly AuditFinding[]>;
}

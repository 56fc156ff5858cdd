import type { RunningDaemon } from '@vre/daemon';
import { createHttpServer, type HttpServer, sentenceOf, statusOf } from '@vre/http-server';
import type { AuditFinding, Health, Service, ServiceName } from '@vre/service';
import type { ProcessContext } from '../composition/service-contexts.ts';

/** Full health of a process, for the operator. */
export type ProcessHealth = {
  readonly pid: number;
  readonly services: Readonly<Record<string, Health>>;
  readonly daemons: readonly {
    readonly name: string;
    readonly lastSuccess: string | undefined;
    readonly lastError: string | undefined;
  }[];
};

/**
 * The operator's door of one process: a unix socket that only the owner may open. Metrics, full health, audits and
 * the services' own operator actions.
 */
export async function createControlServer(
  process: ProcessContext,
  services: ReadonlyMap<ServiceName, Service>,
  daemons: readonly RunningDaemon[],
  socket: string,
): Promise<HttpServer> {
  const server = createHttpServer({
    name: 'control',
    log: process.log.child({ control: true }),
    metrics: process.metrics,
    hostNames: [],
    renderError: (error, request, reply) =>
      reply.code(statusOf(error)).send({ message: sentenceOf(error, request.id) }),
  });
  const { app } = server;
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await process.metrics.render()),
  );
  app.get('/health', async (): Promise<ProcessHealth> => {
    const states = await Promise.all(
      [...services].map(async ([name, service]) => [name, await service.health()] as const),
    );
    return {
      pid: globalThis.process.pid,
      services: Object.fromEntries(states),
      daemons: daemons.map((daemon) => ({
        name: daemon.name,
        lastSuccess: daemon.lastSuccess()?.toISOString(),
        lastError: daemon.lastError(),
      })),
    };
  });
  app.post('/audit', async (): Promise<readonly (AuditFinding & { readonly service: string })[]> => {
    const findings = await Promise.all(
      [...services].map(async ([service, { audit }]) =>
        (await audit()).map((finding) => ({ service, ...finding })),
      ),
    );
    return findings.flat();
  });
  for (const [name, service] of services) {
    if (service.operatorRoutes) {
      const { operatorRoutes } = service;
      await app.register(async (scope) => operatorRoutes(scope as typeof app), { prefix: `/${name}` });
    }
  }
  await server.listen([{ socket }]);
  return server;
}

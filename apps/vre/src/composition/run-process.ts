import { join } from 'node:path';
import { type RunningDaemon, runDaemon } from '@vre/daemon';
import { migrate } from '@vre/database';
import { createHttpServer, type HttpServer } from '@vre/http-server';
import type { Service, ServiceName } from '@vre/service';
import { createControlServer } from '../control/control-server.ts';
import { addressesOf } from '../installation/addresses.ts';
import { internalListener, publicListeners } from './listeners.ts';
import type { ProcessContext } from './service-contexts.ts';
import { composeServices } from './services.ts';

/** What a process does: answer for services, run their daemons, or both. */
export type Role = ServiceName | 'worker';

/** A process in operation. */
export interface RunningProcess {
  stop(): Promise<void>;
}

/**
 * Migrates (one process at a time), starts the services, listens and runs daemons according to `roles`. When it
 * returns, everything answers.
 */
export async function runProcess(
  process: ProcessContext,
  name: string,
  roles: ReadonlySet<Role>,
): Promise<RunningProcess> {
  const services = await composeServices(process);
  const migrated = await migrate(
    process.database,
    [...services.values()].flatMap((service) => service.migrations ?? []),
  );
  for (const migration of migrated) process.log.info({ migration }, 'migrated');
  for (const service of services.values()) await service.start();

  const servers: HttpServer[] = [];
  for (const [serviceName, service] of services) {
    if (roles.has(serviceName)) servers.push(await serveService(process, serviceName, service));
  }
  const daemons = roles.has('worker') ? await runDaemons(process, services) : [];
  const control = await createControlServer(
    process,
    services,
    daemons,
    join(process.installation.run, `${name}.sock`),
  );
  return {
    stop: async () => {
      await Promise.all(servers.map((server) => server.close(3000)));
      await Promise.all(daemons.map((daemon) => daemon.stop()));
      await control.close(500);
      for (const service of services.values()) await service.stop();
      await process.close();
    },
  };
}

async function serveService(
  process: ProcessContext,
  name: ServiceName,
  service: Service,
): Promise<HttpServer> {
  const { installation, configuration } = process;
  const { hostNames, alias, listeners } = await publicListeners(
    name,
    installation,
    configuration,
    addressesOf(installation, configuration),
  );
  const server = createHttpServer({
    name,
    log: process.log.child({ service: name }),
    metrics: process.metrics,
    hostNames,
    alias,
    ...service.http,
  });
  server.app.get('/health', async (_request, reply) => {
    const { ok } = await service.health();
    return reply
      .code(ok ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(ok ? 'up\n' : 'down\n');
  });
  await service.routes(server.app);
  await server.listen([internalListener(name, installation), ...listeners]);
  return server;
}

async function runDaemons(
  process: ProcessContext,
  services: ReadonlyMap<ServiceName, Service>,
): Promise<readonly RunningDaemon[]> {
  const running: RunningDaemon[] = [];
  for (const [name, service] of services) {
    const log = process.log.child({ service: name });
    const started = service.daemons.map((daemon) => runDaemon(daemon, { log, metrics: process.metrics }));
    process.wakeupsOf(name)?.subscribe(() => {
      for (const daemon of started) daemon.wake();
    });
    running.push(...started);
  }
  return running;
}

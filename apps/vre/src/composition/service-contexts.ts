import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase, requireUsableServer } from '@vre/database';
import { createOutbox, createWakeups, type Wakeups } from '@vre/events';
import { createHttpClient } from '@vre/http-client';
import { openSecrets } from '@vre/secrets';
import { type ServiceContext, type ServiceName, systemClock, systemIdentifiers } from '@vre/service';
import { createLogger, createMetrics, type Logger, type Metrics } from '@vre/telemetry';
import type { Configuration } from '../configuration/configuration.ts';
import { addressesOf } from '../installation/addresses.ts';
import { databaseUrl } from '../installation/database-address.ts';
import type { Installation } from '../installation/installation.ts';
import { oidcClientOf } from './first-party-clients.ts';
import { ensureCertificates } from './listeners.ts';

/** What one process shares between its services, and a context for each of them. */
export interface ProcessContext {
  readonly installation: Installation;
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly database: Database;
  /** `schema` is the service's own in the database. Tables must exist: call it after migration. */
  contextFor(service: ServiceName, schema: string): Promise<ServiceContext>;
  /** The wake-ups of a service whose context was made. */
  wakeupsOf(service: ServiceName): Wakeups | undefined;
  close(): Promise<void>;
}

/** `listensForWork` in processes that run daemons. */
export async function openProcess(
  installation: Installation,
  configuration: Configuration,
  options: { readonly name: string; readonly listensForWork: boolean },
): Promise<ProcessContext> {
  const log = createLogger({ name: options.name, level: configuration['log-level'] });
  const metrics = createMetrics();
  await ensureCertificates(installation, configuration);
  const addresses = addressesOf(installation, configuration);
  const database = openDatabase(await databaseUrl(installation, configuration), log);
  await requireUsableServer(database);
  const secrets = await openSecrets(join(installation.directory, 'secrets', 'key'));
  const http = createHttpClient({ authorityFile: addresses.authorityFile });
  const wakeupsByService = new Map<ServiceName, Wakeups>();
  const closing: (() => Promise<void>)[] = [() => http.close()];
  return {
    installation,
    configuration,
    log,
    metrics,
    database,
    contextFor: async (service, schema) => {
      const dataDirectory = join(installation.directory, service);
      await mkdir(dataDirectory, { recursive: true, mode: 0o711 });
      const outbox = await createOutbox(database, schema);
      const wakeups = await createWakeups(database, schema, options.listensForWork);
      wakeupsByService.set(service, wakeups);
      closing.push(
        () => outbox.close(),
        () => wakeups.close(),
      );
      return {
        clock: systemClock,
        identifiers: systemIdentifiers,
        log: log.child({ service }),
        metrics,
        database,
        outbox,
        wakeups,
        secrets,
        http,
        addresses,
        oidcClient: await oidcClientOf(installation, service),
        dataDirectory,
      };
    },
    wakeupsOf: (service) => wakeupsByService.get(service),
    close: async () => {
      for (const close of closing) await close();
      await database.close();
    },
  };
}

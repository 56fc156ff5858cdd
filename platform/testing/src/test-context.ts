import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationSet } from '@vre/database';
import { createOutbox, createWakeups } from '@vre/events';
import { createHttpClient } from '@vre/http-client';
import { openSecrets } from '@vre/secrets';
import { type Addresses, type ServiceContext, systemIdentifiers } from '@vre/service';
import { createLogger, createMetrics } from '@vre/telemetry';
import { type HandClock, handClock } from './hand-clock.ts';
import { testDatabase } from './test-database.ts';

export type TestContext = ServiceContext & {
  readonly clock: HandClock;
  /** Ends connections and removes database and files. */
  dispose(): Promise<void>;
};

const testAddresses: Addresses = {
  portal: 'http://localhost:18000',
  issuer: 'http://localhost:18000/aai/',
  lake: 'http://localhost:18001',
  workflows: 'http://localhost:18000',
  notebooks: 'http://127.0.0.1:18002',
  storageDoor: 'https://localhost:18003',
  internal: (service) => `http://localhost:18000/${service}`,
  authorityFile: undefined,
};

/** A context like the platform's, over a fresh migrated database; `schema` names the service's schema. */
export async function testContext(
  schema: string,
  migrations: MigrationSet,
  addresses: Partial<Addresses> = {},
): Promise<TestContext> {
  const directory = await mkdtemp(join(tmpdir(), `vre-test-${schema}-`));
  const { database, drop } = await testDatabase([migrations]);
  const outbox = await createOutbox(database, schema);
  const wakeups = await createWakeups(database, schema, true);
  const http = createHttpClient();
  return {
    clock: handClock(),
    identifiers: systemIdentifiers,
    log: createLogger({ name: schema, level: process.env.TEST_LOG === undefined ? 'silent' : 'debug' }),
    metrics: createMetrics(),
    database,
    outbox,
    wakeups,
    secrets: await openSecrets(join(directory, 'key')),
    http,
    addresses: { ...testAddresses, ...addresses },
    oidcClient: { id: schema, secret: 'test-client-secret' },
    dataDirectory: directory,
    dispose: async () => {
      await outbox.close();
      await wakeups.close();
      await http.close();
      await drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

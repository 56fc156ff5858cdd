import { migrate } from '@vre/database';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from '../installation/installation.ts';
import { openProcess } from './service-contexts.ts';
import { composeServices } from './services.ts';

/** Brings the database of every service up to this release; returns what was applied. */
export async function migrateDatabase(
  installation: Installation,
  configuration: Configuration,
): Promise<readonly string[]> {
  const context = await openProcess(installation, configuration, { name: 'migrate', listensForWork: false });
  try {
    const services = await composeServices(context);
    return await migrate(
      context.database,
      [...services.values()].flatMap((service) => service.migrations ?? []),
    );
  } finally {
    await context.close();
  }
}

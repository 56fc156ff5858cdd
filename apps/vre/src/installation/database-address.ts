import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@vre/database';
import { readOrCreateSecretFile, readSecretFile } from '@vre/secrets';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from './installation.ts';

const passwordFile = (installation: Installation) =>
  join(installation.directory, 'secrets', 'postgres-password');

/** URL of the platform's database, with its password from the file that holds it. */
export async function databaseUrl(installation: Installation, configuration: Configuration): Promise<string> {
  const { url, 'password-file': file } = configuration.database;
  if (url === undefined) {
    const password = await readSecretFile(passwordFile(installation));
    return `postgresql://vre:${encodeURIComponent(password)}@localhost:5432/vre?host=${encodeURIComponent(installation.run)}`;
  }
  if (file === undefined) return url;
  const complete = new URL(url);
  complete.password = encodeURIComponent(
    await readSecretFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === undefined) throw error;
      throw new Error(`database.password-file ${file} cannot be read (${error.code}): check the path`, {
        cause: error,
      });
    }),
  );
  return complete.href;
}

/** Starts the embedded database of this data directory; `undefined` when one is configured by URL. */
export async function startDatabase(
  installation: Installation,
  configuration: Configuration,
): Promise<EmbeddedPostgres | undefined> {
  if (configuration.database.url !== undefined) return undefined;
  return startEmbeddedPostgres({
    directory: join(installation.directory, 'postgres'),
    socketDirectory: installation.run,
    logFile: join(installation.logs, 'postgres.log'),
    readySeconds: configuration['start-limit'],
    password: await readOrCreateSecretFile(passwordFile(installation)),
  });
}

import { sql } from 'kysely';
import type { Database } from './database.ts';

type Server = { readonly version: number; readonly encoding: string; readonly mayCreate: boolean };

/** The oldest server whose SQL the migrations and statements keep to. */
const oldestVersion = 150_000;

/** What an operator does about a connection that fails, by SQLSTATE or system error. */
const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'start that server, or correct host and port in database.url',
  ENOTFOUND: 'correct the host in database.url',
  ENOENT: 'start that server, or correct the socket directory in database.url',
  ETIMEDOUT: 'check the host in database.url and the firewall before it',
  '28P01': 'correct the user in database.url, or the password in database.password-file',
  '28000': 'let this user in from this machine (pg_hba.conf of the server)',
  '3D000': 'create it, owned by the user of database.url, with encoding UTF8',
  '53100': 'free space on the disk of the database server',
  '53300': 'raise max_connections of the server: each process of the platform takes up to eleven',
};

/** The database cannot be used; the message says why and what to do, without any password. */
export class UnusableDatabase extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'UnusableDatabase';
  }
}

/**
 * Throws an `UnusableDatabase` for a server that cannot be reached or does not let the user in, that is older than
 * PostgreSQL 15 or has another encoding than UTF-8, and for a database in which the user may not make schemas.
 */
export async function requireUsableServer(database: Database): Promise<void> {
  const where = addressOf(database.url);
  const { rows } = await sql<Server>`
    select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
      has_database_privilege(current_database(), 'CREATE') as "mayCreate"`
    .execute(database.direct)
    .catch((error: Error & { readonly code?: string }) => {
      const reason = error.message === '' ? error.code : error.message;
      const remedy = remedies[error.code ?? ''];
      throw new UnusableDatabase(
        `the database ${where} cannot be used (${reason})${remedy === undefined ? '' : `: ${remedy}`}`,
        { cause: error },
      );
    });
  const { version, encoding, mayCreate } = rows[0] as Server; // One row: the statement has no from.
  if (version < oldestVersion)
    throw new UnusableDatabase(
      `the database ${where} is PostgreSQL ${Math.floor(version / 10_000)}: the VRE needs 15 or newer`,
    );
  if (encoding !== 'UTF8')
    throw new UnusableDatabase(
      `the database ${where} has the encoding ${encoding}: create one with "createdb --encoding=UTF8 --template=template0"`,
    );
  if (!mayCreate)
    throw new UnusableDatabase(
      `the user of database.url may not make schemas in the database ${where}: make that user its owner`,
    );
}

/** Host, port and name, never the password. */
function addressOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const name = decodeURIComponent(pathname.slice(1));
  return `"${name}" at ${searchParams.get('host') ?? `${hostname}:${port || 5432}`}`;
}

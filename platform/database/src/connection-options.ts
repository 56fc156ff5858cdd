import type pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/**
 * A `postgresql://…` URL as pg understands it; a unix socket directory is given as `?host=/run/dir`. User, password
 * and database name are percent-encoded in the URL.
 */
export function connectionOptions(url: string): pg.ClientConfig {
  // The parser leaves %2F and the like in the database's name.
  return {
    ...parseIntoClientConfig(url),
    database: decodeURIComponent(new URL(url).pathname.slice(1)),
  };
}

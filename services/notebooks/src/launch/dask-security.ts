import { join } from 'node:path';
import { writeCredential } from '@vre/client-files';
import { selfSignedPem } from '@vre/secrets';

const fileName = 'dask.pem';
const daySeconds = 86_400;

/**
 * Dask's scheduler runs the code of whoever connects, and every account of the machine reaches its port: only holders
 * of this file, the server and its kernels, may.
 */
export async function writeDaskIdentity(
  credentials: string,
  now: Date,
  longestLifeSeconds: number,
): Promise<void> {
  const pem = await selfSignedPem('Dask of one server', now, longestLifeSeconds + daySeconds);
  await writeCredential(credentials, fileName, pem);
}

/**
 * Variables by which every cluster and client of `distributed` speaks TLS with that identity, and nothing else.
 * @see https://distributed.dask.org/en/stable/tls.html
 */
export function daskSecurityVariables(credentials: string): Readonly<Record<string, string>> {
  const file = join(credentials, fileName);
  return {
    DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION: 'true',
    DASK_DISTRIBUTED__COMM__TLS__CA_FILE: file,
    DASK_DISTRIBUTED__COMM__TLS__SCHEDULER__CERT: file,
    DASK_DISTRIBUTED__COMM__TLS__WORKER__CERT: file,
    DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT: file,
  };
}

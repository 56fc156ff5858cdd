import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Addresses } from '@vre/service';

/** A folder that holds what the field's own clients need to reach one VRE as one person. */
export type ClientDirectory = {
  readonly directory: string;
  readonly rucioConfig: string;
  readonly reanaTokenFile: string;
};

/** Addresses as a client needs them. */
export type ClientAddresses = Pick<Addresses, 'lake' | 'workflows' | 'authorityFile'>;

export const clientDirectory = (directory: string): ClientDirectory => ({
  directory,
  rucioConfig: join(directory, 'rucio.cfg'),
  reanaTokenFile: join(directory, 'reana-token'),
});

/** Writes `rucio.cfg` and the certificate authority; the client keeps its token in the same folder, readable by the owner alone. */
export async function writeRucioConfig(
  client: ClientDirectory,
  account: string,
  addresses: ClientAddresses,
): Promise<void> {
  await mkdir(client.directory, { recursive: true, mode: 0o700 });
  const authority = join(client.directory, 'ca.pem');
  if (addresses.authorityFile !== undefined) await copyFile(addresses.authorityFile, authority);
  const lines = [
    '[client]',
    `rucio_host = ${addresses.lake}`,
    `auth_host = ${addresses.lake}`,
    'auth_type = oidc',
    `account = ${account}`,
    'oidc_scope = openid profile offline_access',
    'oidc_audience = rucio',
    'oidc_polling = true',
    'auth_oidc_refresh_active = true',
    `auth_token_file_path = ${join(client.directory, 'rucio-token')}`,
    ...(addresses.authorityFile === undefined ? [] : [`ca_cert = ${authority}`]),
    'request_retries = 3',
    '',
  ];
  await writeFile(client.rucioConfig, lines.join('\n'), { mode: 0o600 });
}

/** Keeps a REANA token for this folder's owner. */
export const writeReanaToken = (client: ClientDirectory, token: string): Promise<void> =>
  writeFile(client.reanaTokenFile, `${token}\n`, { mode: 0o600 });

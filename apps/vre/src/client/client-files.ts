import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientConfiguration } from '@vre/protocol-rucio';
import { type Addresses, audiences } from '@vre/service';

/** A folder that holds what the field's own clients need to reach one VRE as one person. */
export type ClientDirectory = {
  readonly directory: string;
  readonly rucioConfig: string;
  readonly reanaTokenFile: string;
  /** Token of the hub that starts notebook servers. */
  readonly hubTokenFile: string;
};

/** Addresses as a client needs them. */
export type ClientAddresses = Pick<Addresses, 'lake' | 'workflows' | 'authorityFile'>;

export const clientDirectory = (directory: string): ClientDirectory => ({
  directory,
  rucioConfig: join(directory, 'rucio.cfg'),
  reanaTokenFile: join(directory, 'reana-token'),
  hubTokenFile: join(directory, 'hub-token'),
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
  const text = clientConfiguration({
    lake: addresses.lake,
    account,
    tokenFile: join(client.directory, 'rucio-token'),
    authorityFile: addresses.authorityFile === undefined ? undefined : authority,
    audience: audiences.lake,
    tokenFrom: 'client',
  });
  await writeFile(client.rucioConfig, text, { mode: 0o600 });
}

/** Keeps a REANA token for this folder's owner. */
export const writeReanaToken = (client: ClientDirectory, token: string): Promise<void> =>
  writeFile(client.reanaTokenFile, `${token}\n`, { mode: 0o600 });

/** Keeps a token of the hub for this folder's owner, who may not have run `vre client setup` yet. */
export async function writeHubToken(client: ClientDirectory, token: string): Promise<void> {
  await mkdir(client.directory, { recursive: true, mode: 0o700 });
  await writeFile(client.hubTokenFile, `${token}\n`, { mode: 0o600 });
}

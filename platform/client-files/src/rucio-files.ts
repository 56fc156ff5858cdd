import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientConfiguration } from '@vre/protocol-rucio';
import { type Addresses, audiences, lakeCapabilitySet } from '@vre/service';
import { writeCredential } from './credential.ts';

export type RucioFiles = { readonly config: string; readonly token: string; readonly authority: string };

/** Where the files lie below a credentials directory. */
export const rucioFiles = (credentials: string): RucioFiles => ({
  config: join(credentials, 'rucio.cfg'),
  token: join(credentials, 'rucio.token'),
  authority: join(credentials, 'ca.pem'),
});

/** What to ask the issuer for when a job works with the lake and its storage as a person. */
export const lakeTokenRequest = (addresses: Pick<Addresses, 'storageDoor'>) => ({
  audience: `${audiences.lake} ${addresses.storageDoor}`,
  scope: `openid ${lakeCapabilitySet}`,
});

/** Writes `rucio.cfg`, the token and the certificate authorities for the clients in a job. */
export async function writeRucioFiles(
  credentials: string,
  parts: {
    readonly addresses: Pick<Addresses, 'lake' | 'storageDoor' | 'authorityFile'>;
    /** Name of the person's account in the lake. */
    readonly account: string;
    readonly token: string;
  },
): Promise<void> {
  const { addresses, account } = parts;
  const files = rucioFiles(credentials);
  const own = addresses.authorityFile === undefined ? '' : await readFile(addresses.authorityFile, 'utf8');
  const system = await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8').catch(() => '');
  const config = clientConfiguration({
    lake: addresses.lake,
    account,
    tokenFile: files.token,
    authorityFile: files.authority,
    audience: lakeTokenRequest(addresses).audience,
    tokenFrom: 'platform',
  });
  await writeCredential(credentials, 'ca.pem', own + system);
  await writeCredential(credentials, 'rucio.cfg', config);
  await writeCredential(credentials, 'rucio.token', parts.token);
}

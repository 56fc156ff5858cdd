import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openConfined } from '@vre/confined-files';
import { NotConnected, type TokenKeeper } from '@vre/identity';
import { type Addresses, audiences, lakeCapabilitySet } from '@vre/service';
import type { Account } from '../authentication/account.ts';
import { RunFailure } from './run-failure.ts';

/** How jobs and the staging of lake data get at the lake for the run's owner. */
export interface LakeTokens {
  /** @throws RunFailure with a sentence that says how to connect. */
  token(account: Account): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  connected(account: Account): Promise<boolean>;
}

export function createLakeTokens(keeper: TokenKeeper, addresses: Addresses): LakeTokens {
  return {
    connected: (account) => keeper.has(account),
    token: async (account) => {
      try {
        return await keeper.accessToken(account, {
          audience: `${audiences.lake} ${addresses.storageDoor}`,
          scope: `openid ${lakeCapabilitySet}`,
        });
      } catch (error) {
        if (!(error instanceof NotConnected)) throw error;
        throw new RunFailure(notConnectedSentence(addresses), { cause: error });
      }
    },
  };
}

export const notConnectedSentence = (addresses: Addresses): string =>
  `This run uses the data lake, but ${addresses.workflows} may not act there for you yet: open ${addresses.portal}/computer, choose "Connect runs to the data lake", and start the run again.`;

export type RucioFiles = { readonly config: string; readonly token: string };

export const rucioFiles = (credentials: string): RucioFiles => ({
  config: join(credentials, 'rucio.cfg'),
  token: join(credentials, 'token'),
});

/** Writes `rucio.cfg`, the token and the certificate authority for the clients in a job. */
export async function writeRucioFiles(
  credentials: string,
  parts: { readonly addresses: Addresses; readonly account: Account; readonly token: string },
): Promise<void> {
  const { addresses, account } = parts;
  const authority = join(credentials, 'ca.pem');
  const own = addresses.authorityFile === undefined ? '' : await readFile(addresses.authorityFile, 'utf8');
  const system = await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8').catch(() => '');
  const config = [
    '[client]',
    `rucio_host = ${addresses.lake}`,
    `auth_host = ${addresses.lake}`,
    'auth_type = oidc',
    `account = ${account.username}`,
    `auth_token_file_path = ${rucioFiles(credentials).token}`,
    `oidc_audience = ${audiences.lake} ${addresses.storageDoor}`,
    `ca_cert = ${authority}`,
    'request_retries = 3',
    '',
    '[policy]',
    'permission = generic',
    'schema = generic',
    'lfn2pfn_algorithm_default = hash',
    '',
  ].join('\n');
  await writeCredential(credentials, 'ca.pem', own + system);
  await writeCredential(credentials, 'rucio.cfg', config);
  await writeCredential(credentials, 'token', parts.token);
}

/** Replaces one file as a whole, owned by whoever owns the directory by now: the job's uid once it was submitted. */
export async function writeCredential(credentials: string, name: string, content: string): Promise<void> {
  const { uid, gid } = await stat(credentials);
  const owner = process.getuid?.() === 0 ? { uid, gid } : undefined;
  const files = await openConfined(credentials, { fileMode: 0o600, owner, fsync: 'never' });
  try {
    await files.writeFile(name, content, { overwrite: true });
  } finally {
    files.close();
  }
}

import { clientConfiguration } from '@vre/protocol-rucio';
import type { PublicAddresses } from '../access/session.ts';

/** `rucio.cfg` for one account: sign-in in the browser, token renewed by the client. */
export const rucioConfiguration = (
  addresses: PublicAddresses,
  account: string,
  withAuthority: boolean,
): string =>
  clientConfiguration({
    lake: addresses.lake,
    account,
    authorityFile: withAuthority ? '/path/to/vre-ca.pem' : undefined,
    audience: 'rucio',
    tokenFrom: 'client',
  });

/** The two variables that `reana-client` needs. */
export const reanaVariables = (addresses: PublicAddresses, token: string | undefined): string =>
  [
    `export REANA_SERVER_URL=${addresses.workflows}`,
    `export REANA_ACCESS_TOKEN=${token ?? 'make-a-token-below-and-paste-it-here'}`,
  ].join('\n');

/** Commands that write all of this by themselves. */
export const clientSetup = (account: string, portal: string): string =>
  `vre client setup --account ${account} --portal ${portal}\neval "$(vre client env --portal ${portal})"`;

import type { PublicAddresses } from '../access/session.ts';

/** `rucio.cfg` for one account: sign-in in the browser, token renewed by the client. */
export const rucioConfiguration = (
  addresses: PublicAddresses,
  account: string,
  withAuthority: boolean,
): string =>
  [
    '[client]',
    `rucio_host = ${addresses.lake}`,
    `auth_host = ${addresses.lake}`,
    'auth_type = oidc',
    `account = ${account}`,
    'oidc_scope = openid profile offline_access',
    'oidc_audience = rucio',
    'oidc_polling = true',
    'auth_oidc_refresh_active = true',
    ...(withAuthority ? ['ca_cert = /path/to/vre-ca.pem'] : []),
    'request_retries = 3',
    '',
  ].join('\n');

/** The two variables that `reana-client` needs. */
export const reanaVariables = (addresses: PublicAddresses, token: string | undefined): string =>
  [
    `export REANA_SERVER_URL=${addresses.workflows}`,
    `export REANA_ACCESS_TOKEN=${token ?? 'make-a-token-below-and-paste-it-here'}`,
  ].join('\n');

/** Commands that write all of this by themselves. */
export const clientSetup = (account: string, portal: string): string =>
  `vre client setup --account ${account} --portal ${portal}\neval "$(vre client env --portal ${portal})"`;

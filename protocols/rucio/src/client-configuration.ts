/** What `rucio.cfg` of one person says. */
export type ClientConfiguration = {
  /** Address of the lake: API and auth host. */
  readonly lake: string;
  readonly account: string;
  /** Where the client finds its token, or keeps it. */
  readonly tokenFile?: string | undefined;
  /** PEM file of the certificate authority, when it is not a public one. */
  readonly authorityFile?: string | undefined;
  /** Audiences of its tokens, separated by spaces. */
  readonly audience: string;
  /**
   * Who gets the token: the `client` itself, which signs in through a browser and renews, or the `platform`, which
   * keeps the file fresh.
   */
  readonly tokenFrom: 'client' | 'platform';
};

/** The text of `rucio.cfg`, as Rucio's command line and Python client read it. */
export function clientConfiguration(wanted: ClientConfiguration): string {
  const { lake, account, tokenFile, authorityFile, audience, tokenFrom } = wanted;
  return [
    '[client]',
    `rucio_host = ${lake}`,
    `auth_host = ${lake}`,
    'auth_type = oidc',
    `account = ${account}`,
    `oidc_audience = ${audience}`,
    ...(tokenFrom === 'client'
      ? [
          'oidc_scope = openid profile offline_access',
          'oidc_polling = true',
          'auth_oidc_refresh_active = true',
        ]
      : []),
    ...(tokenFile === undefined ? [] : [`auth_token_file_path = ${tokenFile}`]),
    ...(authorityFile === undefined ? [] : [`ca_cert = ${authorityFile}`]),
    'request_retries = 3',
    ...(tokenFrom === 'platform'
      ? ['', '[policy]', 'permission = generic', 'schema = generic', 'lfn2pfn_algorithm_default = hash']
      : []),
    '',
  ].join('\n');
}

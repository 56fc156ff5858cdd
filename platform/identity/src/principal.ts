/**
 * Who is asking, as their token says. `issuer` + `subject` identify a person or a service; names and groups are
 * claims that may change. Never stored whole.
 */
export type Principal = {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string | undefined;
  readonly clientId: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** Group paths as in `wlcg.groups`, with leading slash. */
  readonly groups: readonly string[];
  readonly audiences: readonly string[];
  readonly expiresAt: Date;
  /** True for a service's own token (client credentials): subject is the client. */
  readonly isService: boolean;
};

export const scopesOf = (claim: unknown): ReadonlySet<string> =>
  new Set(typeof claim === 'string' ? claim.split(' ').filter((scope) => scope !== '') : []);

/** WLCG profile: a token with any capability scope is judged by capabilities alone. */
export const hasStorageScopes = (principal: Principal): boolean =>
  [...principal.scopes].some((scope) => scope.startsWith('storage.'));

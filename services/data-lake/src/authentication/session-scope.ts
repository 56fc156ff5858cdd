/** Storage path of a scope below an element: scopes of people and groups become directories. */
export const scopeDirectory = (scope: string): string =>
  `/${/^(user|group)/.test(scope) ? scope.replaceAll('.', '/') : scope}`;

/** WLCG capabilities of an account: it reads everything, and creates files below the directories of its scopes. */
export function storageCapabilities(account: {
  readonly isAdministrator: boolean;
  readonly scopes: readonly string[];
}): string {
  return account.isAdministrator
    ? 'storage.read:/ storage.create:/ storage.modify:/'
    : ['storage.read:/', ...account.scopes.map((scope) => `storage.create:${scopeDirectory(scope)}`)].join(
        ' ',
      );
}

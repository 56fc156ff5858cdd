/**
 * What a person may do on the storage behind the data lake, as `storage.*` scopes: read everything the catalogue
 * shows, create below her own and her groups' paths. Changing and deleting is the lake's own business.
 */
export function lakeCapabilities(person: {
  readonly username: string;
  readonly groups: readonly string[];
}): readonly string[] {
  return [
    'storage.read:/',
    `storage.create:/user/${person.username}`,
    ...person.groups.map((group) => `storage.create:/group${group}`),
  ];
}

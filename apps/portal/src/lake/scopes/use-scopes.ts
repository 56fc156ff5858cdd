import { queryOptions, useQuery } from '@tanstack/react-query';
import type { DidType } from '@vre/protocol-rucio';
import { lakeClient } from '../lake-client.ts';

/** Every scope, those of the account first. */
export const useScopes = () =>
  useQuery({
    queryKey: ['lake', 'scopes'],
    queryFn: async ({ signal }) => {
      const { account } = await lakeClient.whoami(signal);
      const [all, own] = await Promise.all([
        lakeClient.scopes(signal),
        // An account without scopes is an error there and an empty list here.
        lakeClient.scopesOf(account, signal).catch(() => []),
      ]);
      const mine = new Set(own);
      return all
        .map((scope) => ({ scope, mine: mine.has(scope) }))
        .sort((a, b) => Number(b.mine) - Number(a.mine) || a.scope.localeCompare(b.scope));
    },
  });

/** What a list of DIDs is narrowed to, as in the address. */
export type DidFilter = { readonly name?: string; readonly type?: string };
export type DidKind = Lowercase<DidType> | 'collection' | 'all';
export const didKinds: readonly DidKind[] = ['collection', 'dataset', 'container', 'file', 'all'];
export const didKindOf = (text: string | undefined): DidKind =>
  didKinds.find((kind) => kind === text) ?? 'collection';

/** A word becomes "anywhere in the name"; a pattern with `*` is taken as it is. */
export const namePattern = (name: string | undefined): string =>
  name === undefined || name === '' ? '*' : name.includes('*') ? name : `*${name}*`;

export const didsQuery = (scope: string, filter: DidFilter, limit?: number) =>
  queryOptions({
    queryKey: ['lake', 'dids', scope, filter, limit ?? 'all'],
    queryFn: ({ signal }) =>
      lakeClient.listDids(
        scope,
        {
          name: namePattern(filter.name),
          type: didKindOf(filter.type),
          ...(limit === undefined ? {} : { limit }),
        },
        signal,
      ),
  });

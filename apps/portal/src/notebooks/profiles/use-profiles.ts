import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ProfileModel } from '@vre/protocol-jupyterhub';
import { hubClient } from '../hub-client.ts';

export const profilesQuery = queryOptions({
  queryKey: ['notebooks', 'profiles'],
  queryFn: ({ signal }) => hubClient.profiles(signal),
  staleTime: 60_000,
});

/** Every environment card, in the hub's order. */
export const useProfiles = () => useQuery(profilesQuery);

/** Title of a card; its name where the card is not known (any more). */
export const titleOf = (profile: string, profiles: readonly ProfileModel[] = []): string =>
  profiles.find(({ name }) => name === profile)?.title ?? (profile === '' ? 'Notebook server' : profile);

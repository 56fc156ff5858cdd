import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ProfileModel } from '@vre/protocol-jupyterhub';
import { useSession } from '../access/use-session.ts';
import { didPath, parseDid } from '../lake/did-path.ts';
import { lakeClient } from '../lake/lake-client.ts';
import { namePattern } from '../lake/scopes/use-scopes.ts';
import { fitsWords } from '../notebooks/profiles/profile-filter.ts';
import { profilesQuery } from '../notebooks/profiles/use-profiles.ts';
import { runLooks } from '../runs/run-state.ts';
import { runsClient } from '../runs/runs-client.ts';

/** Something found, with the address of its page. */
export type Hit = {
  readonly key: string;
  readonly label: string;
  readonly detail: string;
  readonly to: string;
};

const hitsEach = 6;
const debounceMilliseconds = 200;

/** `scope:pattern` searches that scope, a word alone the person's own one. */
async function searchLake(words: string, ownScope: string, signal: AbortSignal): Promise<readonly Hit[]> {
  const { scope, name } = parseDid(words) ?? { scope: ownScope, name: words };
  const found = await lakeClient.listDids(
    scope,
    { name: namePattern(name), type: 'all', limit: hitsEach },
    signal,
  );
  return found.map((did) => ({
    key: `${did.scope}:${did.name}`,
    label: did.name,
    detail: `${did.did_type.toLowerCase()} in ${did.scope}`,
    to: didPath(did),
  }));
}

async function searchRuns(words: string, signal: AbortSignal): Promise<readonly Hit[]> {
  const { items } = await runsClient.listRuns({ name: words, size: hitsEach, page: 1 }, signal);
  return items.map(({ id, name, status }) => ({
    key: id,
    label: name,
    detail: `run, ${runLooks[status].word.toLowerCase()}`,
    to: `/runs/${encodeURIComponent(id)}`,
  }));
}

const profileHits = (profiles: readonly ProfileModel[], words: string): readonly Hit[] =>
  profiles
    .filter((profile) => fitsWords(profile, words))
    .slice(0, hitsEach)
    .map(({ name, title, summary }) => ({
      key: name,
      label: title,
      detail: summary,
      to: `/notebooks?start=${encodeURIComponent(name)}`,
    }));

/** Data identifiers, runs and notebook environments that fit the words, from the services that this platform has. */
export function useSearch(words: string) {
  const { username, services } = useSession();
  const [wanted] = useDebouncedValue(words.trim(), debounceMilliseconds);
  const enabled = wanted.length > 1;
  const data = useQuery({
    queryKey: ['search', 'lake', wanted],
    queryFn: ({ signal }) => searchLake(wanted, `user.${username}`, signal),
    enabled: enabled && services.includes('data-lake'),
  });
  const runs = useQuery({
    queryKey: ['search', 'runs', wanted],
    queryFn: ({ signal }) => searchRuns(wanted, signal),
    enabled: enabled && services.includes('workflows'),
  });
  const profiles = useQuery({ ...profilesQuery, enabled: enabled && services.includes('notebooks') });
  return {
    data: data.data ?? [],
    runs: runs.data ?? [],
    profiles: enabled ? profileHits(profiles.data ?? [], wanted) : [],
    isSearching: data.isFetching || runs.isFetching || profiles.isLoading || wanted !== words.trim(),
    failed: data.isError || runs.isError || profiles.isError,
  };
}

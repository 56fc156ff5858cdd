import '@mantine/spotlight/styles.css';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { IconArrowsSplit2, IconDatabase, IconNotebook, IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSession } from '../access/use-session.ts';
import { placesFor } from '../shell/places.ts';
import { type Hit, useSearch } from './use-search.ts';

/** The search over data, runs and pages; every change of `wanted` opens it. */
export function SearchDialog({ wanted }: { readonly wanted: number }) {
  const navigate = useNavigate();
  const { services } = useSession();
  const [words, setWords] = useState('');
  const { data, runs, profiles, isSearching, failed } = useSearch(words);
  const places = placesFor(services).filter(({ label }) =>
    label.toLowerCase().includes(words.trim().toLowerCase()),
  );
  useEffect(() => {
    if (wanted > 0) spotlight.open();
  }, [wanted]);
  const go = (to: string) => void navigate({ to: to as never });
  const action = (Icon: typeof IconDatabase) => (hit: Hit) => (
    <Spotlight.Action
      key={hit.key}
      label={hit.label}
      description={hit.detail}
      leftSection={<Icon size={18} aria-hidden />}
      onClick={() => go(hit.to)}
    />
  );
  const nothing = places.length + data.length + runs.length + profiles.length === 0;
  return (
    <Spotlight.Root
      query={words}
      onQueryChange={setWords}
      shortcut={null}
      scrollable
      maxHeight="60vh"
      closeOnActionTrigger
      attributes={{ content: { 'aria-label': 'Search' } }}
    >
      <Spotlight.Search
        placeholder="Name of a dataset, run, environment, scope:pattern, or a page"
        aria-label="Search data, runs, notebooks and pages"
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {data.length === 0 ? null : (
          <Spotlight.ActionsGroup label="Data lake">{data.map(action(IconDatabase))}</Spotlight.ActionsGroup>
        )}
        {runs.length === 0 ? null : (
          <Spotlight.ActionsGroup label="Runs">{runs.map(action(IconArrowsSplit2))}</Spotlight.ActionsGroup>
        )}
        {profiles.length === 0 ? null : (
          <Spotlight.ActionsGroup label="Notebook environments">
            {profiles.map(action(IconNotebook))}
          </Spotlight.ActionsGroup>
        )}
        {places.length === 0 ? null : (
          <Spotlight.ActionsGroup label="Pages">
            {places.map(({ label, to, icon: Icon }) => (
              <Spotlight.Action
                key={to}
                label={label}
                leftSection={<Icon size={18} aria-hidden />}
                onClick={() => go(to)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {nothing ? (
          <Spotlight.Empty>
            {isSearching
              ? 'Searching …'
              : failed
                ? 'A service did not answer. Try again in a moment.'
                : 'Nothing fits. Use * for any text, or scope:pattern to look into another scope.'}
          </Spotlight.Empty>
        ) : null}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

import { Text } from '@mantine/core';
import { IconFilterOff, IconNotebook } from '@tabler/icons-react';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Panel } from '../../design/panel.tsx';
import { plural } from '../../units/count.ts';
import classes from '../notebooks.module.css';
import { ProfileCard } from '../profiles/profile-card.tsx';
import { categoriesOf, chosenProfiles, type ProfileFilter } from '../profiles/profile-filter.ts';
import { ProfileFilterBar } from '../profiles/profile-filter-bar.tsx';
import { useFavourites } from '../profiles/use-favourites.ts';
import { useProfiles } from '../profiles/use-profiles.ts';
import { isActive } from '../servers/server-state.ts';
import type { ServerView } from '../servers/server-view.ts';
import type { Start } from '../start/use-start-server.ts';

type Props = {
  readonly filter: ProfileFilter;
  readonly onFilter: (next: ProfileFilter) => void;
  readonly servers: readonly ServerView[];
  readonly onStart: (start: Start) => void;
};

/** Every environment that a server can be started from. */
export function ProfilesPanel({ filter, onFilter, servers, onStart }: Props) {
  const profiles = useProfiles();
  const { favourites, toggle } = useFavourites();
  const running = new Map(
    servers.filter(({ state }) => isActive(state)).map((server) => [server.profile, server]),
  );
  return (
    <Panel title="Environments">
      <Loaded query={profiles} what="the environments" rows={6}>
        {(all) => {
          if (all.length === 0) {
            return (
              <NothingHere icon={IconNotebook} title="No environments">
                This platform offers none yet. An operator builds them with “vre env build”.
              </NothingHere>
            );
          }
          const chosen = chosenProfiles(all, filter, favourites);
          return (
            <>
              <ProfileFilterBar filter={filter} categories={categoriesOf(all)} onChange={onFilter} />
              {chosen.length === 0 ? (
                <NothingHere icon={IconFilterOff} title="No environment fits the filter">
                  Shorten the search or clear the field.
                </NothingHere>
              ) : (
                <ul className={classes.cards}>
                  {chosen.map((profile) => (
                    <ProfileCard
                      key={profile.name}
                      profile={profile}
                      server={running.get(profile.name)}
                      favourite={favourites.includes(profile.name)}
                      onToggleFavourite={() => toggle(profile.name)}
                      onStart={() => onStart({ profile })}
                    />
                  ))}
                </ul>
              )}
              <Text size="sm" c="dimmed" role="status">
                {plural(chosen.length, 'environment')}
              </Text>
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

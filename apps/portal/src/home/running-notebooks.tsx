import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../design/loaded.tsx';
import { Moment } from '../design/moment.tsx';
import { Panel } from '../design/panel.tsx';
import { StateBadge } from '../design/state-badge.tsx';
import { OpenButton } from '../notebooks/open-button.tsx';
import { titleOf, useProfiles } from '../notebooks/profiles/use-profiles.ts';
import { isActive, serverLooks } from '../notebooks/servers/server-state.ts';
import { useOwnServers } from '../notebooks/servers/use-servers.ts';
import classes from './home.module.css';

/** The person's notebook servers that run, or the way to start one. */
export function RunningNotebooks() {
  const servers = useOwnServers();
  const profiles = useProfiles().data;
  return (
    <Panel
      title="Notebooks"
      aside={
        <Anchor component={Link} to="/notebooks" size="sm">
          All environments
        </Anchor>
      }
    >
      <Loaded query={servers} what="your notebook servers" rows={1}>
        {(all) => {
          const active = all.filter(({ state }) => isActive(state));
          return active.length === 0 ? (
            <Group justify="space-between" gap="sm">
              <Text size="sm" c="dimmed">
                No server is running.
              </Text>
              <Button component={Link} to="/notebooks" size="xs" variant="default">
                Start a notebook
              </Button>
            </Group>
          ) : (
            <ul className={classes.list}>
              {active.map(({ name, profile, state, path, message, startedAt }) => (
                <li key={name} className={classes.item}>
                  <Group justify="space-between" gap="sm" wrap="nowrap">
                    <Stack gap={0} miw={0}>
                      <span className={classes.name}>{titleOf(profile, profiles)}</span>
                      <Text size="xs" c="dimmed" component="div">
                        {state === 'ready' ? (
                          <>
                            started <Moment at={startedAt} relative />
                          </>
                        ) : (
                          message
                        )}
                      </Text>
                    </Stack>
                    <Group gap="xs" wrap="nowrap">
                      <StateBadge {...serverLooks[state]} />
                      {state === 'ready' ? (
                        <OpenButton path={path} title={titleOf(profile, profiles)} size="xs" />
                      ) : null}
                    </Group>
                  </Group>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}

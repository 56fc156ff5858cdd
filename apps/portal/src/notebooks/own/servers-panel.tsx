import { Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { Loaded } from '../../design/loaded.tsx';
import { Panel } from '../../design/panel.tsx';
import classes from '../notebooks.module.css';
import { titleOf, useProfiles } from '../profiles/use-profiles.ts';
import type { ServerView } from '../servers/server-view.ts';
import type { Start } from '../start/use-start-server.ts';
import { ServerItem } from './server-item.tsx';
import { useDismissed } from './use-dismissed.ts';

type Props = {
  readonly servers: UseQueryResult<readonly ServerView[]>;
  /** Server whose "Open" takes the focus. */
  readonly focused: string | undefined;
  readonly onStart: (start: Start) => void;
};

/** The person's servers that run, come or go, and those that failed. */
export function ServersPanel({ servers, focused, onStart }: Props) {
  const profiles = useProfiles().data;
  const { isDismissed, dismiss } = useDismissed(servers.data);
  return (
    <Panel title="Your servers">
      <Loaded query={servers} what="your servers" rows={2}>
        {(all) => {
          const shown = all.filter((server) => server.state !== 'stopped' && !isDismissed(server));
          if (shown.length === 0) {
            return (
              <Text size="sm" c="dimmed">
                None is running. Start one from an environment below; it opens in a new tab.
              </Text>
            );
          }
          return (
            <ul className={classes.servers}>
              {shown.map((server) => {
                const title = titleOf(server.profile, profiles);
                return (
                  <ServerItem
                    key={server.name}
                    server={server}
                    title={title}
                    focused={focused === server.name}
                    onStartAgain={() =>
                      onStart({ profile: { name: server.profile, title }, server: server.name })
                    }
                    onDismiss={() => dismiss(server)}
                  />
                );
              })}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}

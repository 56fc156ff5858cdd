import { Group, Stack, Text, Title } from '@mantine/core';
import { Facts } from '../../design/facts.tsx';
import { Moment } from '../../design/moment.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import classes from '../notebooks.module.css';
import { OpenButton } from '../open-button.tsx';
import { RestartButton } from '../servers/restart-button.tsx';
import { ServerEndLine } from '../servers/server-end-line.tsx';
import { isComing, serverLooks } from '../servers/server-state.ts';
import type { ServerView } from '../servers/server-view.ts';
import { StartFailure } from '../servers/start-failure.tsx';
import { StartProgress } from '../servers/start-progress.tsx';
import { StopButton } from '../servers/stop-button.tsx';
import { useFollowStart } from '../servers/use-follow-start.ts';

type Props = {
  readonly server: ServerView;
  readonly title: string;
  /** Its "Open" takes the focus. */
  readonly focused: boolean;
  readonly onStartAgain: () => void;
  readonly onDismiss: () => void;
};

/** One of the person's servers: what it does, until when, and what can be done with it. */
export function ServerItem({ server, title, focused, onStartAgain, onDismiss }: Props) {
  const { name, state, path, message, startedAt, lastActivityAt, tokensExpireAt } = server;
  useFollowStart(server);
  const coming = isComing(state);
  const ready = state === 'ready';
  return (
    <li className={classes.server}>
      <Stack gap="xs">
        <Group justify="space-between" gap="sm">
          <Group gap="sm" miw={0}>
            <Title order={3} className={classes.name}>
              {title}
            </Title>
            <StateBadge {...serverLooks[state]} />
            {name === '' ? null : (
              <Text size="sm" c="dimmed" className="mono">
                {name}
              </Text>
            )}
          </Group>
          <Group gap="xs">
            {ready ? <OpenButton path={path} title={title} focused={focused} /> : null}
            {ready ? <RestartButton server={server} title={title} /> : null}
            {ready || coming ? <StopButton server={name} title={title} coming={coming} /> : null}
          </Group>
        </Group>
        {coming ? <StartProgress server={server} title={title} /> : null}
        {state === 'stopping' && message !== '' ? <Text size="sm">{message}</Text> : null}
        {state === 'failed' ? (
          <StartFailure server={server} title={title} onStartAgain={onStartAgain} onDismiss={onDismiss} />
        ) : null}
        {ready ? (
          <>
            <Facts
              facts={[
                { label: 'Started', value: <Moment at={startedAt} relative /> },
                { label: 'Last used', value: <Moment at={lastActivityAt} relative /> },
                {
                  label: 'Data token, renewed by itself, valid until',
                  value: <Moment at={tokensExpireAt} />,
                },
              ]}
            />
            <ServerEndLine server={server} title={title} />
          </>
        ) : null}
      </Stack>
    </li>
  );
}

import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconReload } from '@tabler/icons-react';
import { CodeBlock } from '../../design/code-block.tsx';
import type { ServerView } from './server-view.ts';

type Props = {
  readonly server: ServerView;
  readonly title: string;
  readonly onStartAgain: () => void;
  readonly onDismiss: () => void;
};

/** Why a server ended without being asked, what to do, and the last lines of its log. */
export function StartFailure({ server: { message, log }, title, onStartAgain, onDismiss }: Props) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={`${title} failed`}>
      <Stack gap="sm">
        <Text size="sm">{message === '' ? 'The hub gave no reason. Start it again.' : message}</Text>
        {log.length === 0 ? null : (
          <CodeBlock label={`log of ${title}`} text={log.join('\n')} maxHeight={240} />
        )}
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconReload size={14} aria-hidden />}
            onClick={onStartAgain}
          >
            Start again
          </Button>
          <Button size="xs" variant="subtle" color="gray" c="var(--mantine-color-text)" onClick={onDismiss}>
            Dismiss
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

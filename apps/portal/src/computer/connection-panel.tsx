import { Button, Group, Text } from '@mantine/core';
import { IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import { Loaded } from '../design/loaded.tsx';
import { Panel } from '../design/panel.tsx';
import { ProblemBox } from '../design/problem-box.tsx';
import { StateBadge } from '../design/state-badge.tsx';
import { useConnect, useConnected, useDisconnect } from './use-tokens.ts';

/** Lets runs use the data lake in the person's name, also while she is away. */
export function ConnectionPanel() {
  const connected = useConnected();
  const connect = useConnect();
  const disconnect = useDisconnect();
  return (
    <Panel title="Runs and your data">
      <Text size="sm">
        A run that reads from the lake or registers results acts for you, also hours later. For that the
        workflow service needs your consent once.
      </Text>
      <Loaded query={connected} what="the connection" rows={1}>
        {(isConnected) => (
          <Group gap="sm">
            <StateBadge
              tone={isConnected ? 'good' : 'neutral'}
              word={isConnected ? 'Connected' : 'Not connected'}
            />
            {isConnected ? (
              <Button
                variant="default"
                leftSection={<IconPlugConnectedX size={16} aria-hidden />}
                loading={disconnect.isPending}
                onClick={() => disconnect.mutate()}
              >
                Disconnect
              </Button>
            ) : (
              <Button
                leftSection={<IconPlugConnected size={16} aria-hidden />}
                loading={connect.isPending}
                onClick={() => connect.mutate()}
              >
                Connect
              </Button>
            )}
          </Group>
        )}
      </Loaded>
      {connect.isError ? <ProblemBox what="Could not connect." error={connect.error} /> : null}
      {disconnect.isError ? <ProblemBox what="Could not disconnect." error={disconnect.error} /> : null}
    </Panel>
  );
}

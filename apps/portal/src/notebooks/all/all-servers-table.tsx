import { Text } from '@mantine/core';
import { Moment } from '../../design/moment.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { Table } from '../../design/table.tsx';
import { titleOf, useProfiles } from '../profiles/use-profiles.ts';
import { isComing, serverLooks } from '../servers/server-state.ts';
import { StopButton } from '../servers/stop-button.tsx';
import type { OwnedServer } from './use-all-servers.ts';

/** Servers of many people, each with its stop. */
export function AllServersTable({ servers }: { readonly servers: readonly OwnedServer[] }) {
  const profiles = useProfiles().data;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Person</Table.Th>
          <Table.Th scope="col">Environment</Table.Th>
          <Table.Th scope="col" visibleFrom="xs">
            State
          </Table.Th>
          <Table.Th scope="col" visibleFrom="sm">
            Started
          </Table.Th>
          <Table.Th scope="col" visibleFrom="sm">
            Last used
          </Table.Th>
          <Table.Th scope="col">Stop</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {servers.map(({ user, server }) => {
          const title = titleOf(server.profile, profiles);
          const { state, name, startedAt, lastActivityAt } = server;
          return (
            <Table.Tr key={`${user}/${name}`}>
              <Table.Th scope="row" fw={500}>
                {user}
              </Table.Th>
              <Table.Td>
                {title}
                {name === '' ? null : (
                  <Text size="xs" c="dimmed" className="mono">
                    {name}
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="xs">
                <StateBadge {...serverLooks[state]} />
              </Table.Td>
              <Table.Td visibleFrom="sm" className="numbers">
                <Moment at={startedAt} relative />
              </Table.Td>
              <Table.Td visibleFrom="sm" className="numbers">
                <Moment at={lastActivityAt} relative />
              </Table.Td>
              <Table.Td>
                {state === 'stopping' ? (
                  'stopping'
                ) : (
                  <StopButton server={name} title={title} user={user} size="xs" coming={isComing(state)} />
                )}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

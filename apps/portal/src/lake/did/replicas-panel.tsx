import { Anchor, Group, Stack, Text } from '@mantine/core';
import { IconServerOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ScopedName } from '@vre/protocol-rucio';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Panel } from '../../design/panel.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { Table } from '../../design/table.tsx';
import { formatBytes } from '../../units/bytes.ts';
import { formatCount } from '../../units/count.ts';
import { replicaConditions } from './replica-condition.ts';
import { replicaLook } from './replica-state.ts';
import { summariseReplicas } from './replica-summary.ts';
import { ReplicaTable } from './replica-table.tsx';
import { useReplicas } from './use-did.ts';

/** Where the bytes lie: per storage element, then file by file. */
export function ReplicasPanel({ did }: { readonly did: ScopedName }) {
  const replicas = useReplicas(did);
  return (
    <Loaded query={replicas} what="the replicas">
      {({ files, details }) => {
        const conditions = replicaConditions(files, details);
        const elements = summariseReplicas(conditions);
        if (elements.length === 0) {
          return (
            <NothingHere icon={IconServerOff} title="No replica anywhere">
              No storage element holds a file of this data identifier. Upload its files, or ask its owner.
            </NothingHere>
          );
        }
        return (
          <Stack gap="md">
            <Panel title="Storage elements">
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">Element</Table.Th>
                    <Table.Th scope="col">State</Table.Th>
                    <Table.Th scope="col" ta="right">
                      Files
                    </Table.Th>
                    <Table.Th scope="col" ta="right" visibleFrom="xs">
                      Size
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {elements.map(({ element, available, files: count, bytes, others }) => (
                    <Table.Tr key={element}>
                      <Table.Th scope="row" fw={500}>
                        <Anchor component={Link} to="/lake/elements/$element" params={{ element } as never}>
                          {element}
                        </Anchor>
                      </Table.Th>
                      <Table.Td>
                        <Group gap={6}>
                          {available > 0 ? <StateBadge {...replicaLook('AVAILABLE')} /> : null}
                          {others.map(({ state, files: some }) => (
                            <Group key={state} gap={4}>
                              <StateBadge {...replicaLook(state)} />
                              <Text size="xs">{formatCount(some)}</Text>
                            </Group>
                          ))}
                        </Group>
                      </Table.Td>
                      <Table.Td ta="right" className="numbers">
                        {formatCount(available)} of {formatCount(count)}
                      </Table.Td>
                      <Table.Td ta="right" className="numbers" visibleFrom="xs">
                        {formatBytes(bytes)}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Panel>
            <Panel title="File by file">
              <ReplicaTable replicas={conditions} />
            </Panel>
          </Stack>
        );
      }}
    </Loaded>
  );
}

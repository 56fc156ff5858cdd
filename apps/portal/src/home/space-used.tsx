import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../design/loaded.tsx';
import { Panel } from '../design/panel.tsx';
import { SpaceBar } from '../design/space-bar.tsx';
import { Table } from '../design/table.tsx';
import { lakeClient } from '../lake/lake-client.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatCount } from '../units/count.ts';

/** What the person's rules occupy, element by element. */
const useSpaceUsed = () =>
  useQuery({
    queryKey: ['lake', 'usage', 'account'],
    queryFn: async ({ signal }) => {
      const { account } = await lakeClient.whoami(signal);
      const rows = await lakeClient.accountUsage(account, signal);
      return rows.toSorted((a, b) => a.rse.localeCompare(b.rse));
    },
  });

/** Space used per storage element against the quota: bars inside a table, so that numbers are there as well. */
export function SpaceUsed() {
  const usage = useSpaceUsed();
  return (
    <Panel title="Space used">
      <Loaded query={usage} what="the space used" rows={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Text size="sm" c="dimmed">
              You have no quota on any storage element yet. Ask an administrator for one.
            </Text>
          ) : (
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">Storage element</Table.Th>
                  <Table.Th scope="col">Used of your quota</Table.Th>
                  <Table.Th scope="col" ta="right" visibleFrom="xs">
                    Files
                  </Table.Th>
                  <Table.Th scope="col" ta="right" visibleFrom="sm">
                    Left
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.rse_id}>
                    <Table.Th scope="row" fw={500}>
                      {row.rse}
                    </Table.Th>
                    <Table.Td>
                      <SpaceBar label={`Quota used on ${row.rse}`} used={row.bytes} limit={row.bytes_limit} />
                    </Table.Td>
                    <Table.Td ta="right" className="numbers" visibleFrom="xs">
                      {formatCount(row.files)}
                    </Table.Td>
                    <Table.Td ta="right" className="numbers" visibleFrom="sm">
                      {row.bytes_remaining === null ? 'no limit' : formatBytes(row.bytes_remaining)}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
    </Panel>
  );
}

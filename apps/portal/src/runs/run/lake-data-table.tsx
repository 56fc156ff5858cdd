import { Stack, Text } from '@mantine/core';
import type { LakeTransfer } from '@vre/protocol-reana';
import { StateBadge, type Tone } from '../../design/state-badge.tsx';
import { Table } from '../../design/table.tsx';
import { DidLink } from '../../lake/did-link.tsx';
import { formatBytes } from '../../units/bytes.ts';

type Props = {
  readonly place: string;
  readonly rows: readonly { readonly did: string; readonly places: readonly string[] }[];
  readonly transfers: readonly LakeTransfer[];
};

const looks: Readonly<Record<LakeTransfer['status'], { readonly tone: Tone; readonly word: string }>> = {
  waiting: { tone: 'waiting', word: 'Waiting' },
  running: { tone: 'busy', word: 'Moving' },
  done: { tone: 'good', word: 'Done' },
  failed: { tone: 'bad', word: 'Failed' },
};

/** Names in the lake with their place in the workspace and, file by file, how the transfer went. */
export function LakeDataTable({ place, rows, transfers }: Props) {
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None.
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Data identifier</Table.Th>
            <Table.Th scope="col">{place}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ did, places }) => (
            <Table.Tr key={did}>
              <Table.Th scope="row" fw={400}>
                <DidLink did={did} />
              </Table.Th>
              <Table.Td className="mono" style={{ overflowWrap: 'anywhere' }}>
                {places.join(', ')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {transfers.length === 0 ? null : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">File</Table.Th>
              <Table.Th scope="col">State</Table.Th>
              <Table.Th scope="col" ta="right">
                Size
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {transfers.map((transfer) => (
              <Table.Tr key={`${transfer.did} ${transfer.path}`}>
                <Table.Th scope="row" fw={400}>
                  <DidLink did={transfer.did} />
                  <Text size="xs" c="dimmed" className="mono">
                    {transfer.path}
                  </Text>
                </Table.Th>
                <Table.Td>
                  <StateBadge {...looks[transfer.status]} />
                  {transfer.sentence === '' ? null : <Text size="xs">{transfer.sentence}</Text>}
                </Table.Td>
                <Table.Td ta="right" className="numbers">
                  {transfer.bytes === null ? '–' : formatBytes(transfer.bytes)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

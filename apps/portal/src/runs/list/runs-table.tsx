import type { RunItem } from '@vre/protocol-reana';
import { Table } from '../../design/table.tsx';
import { RunRow } from './run-row.tsx';

/** Runs with state, progress and duration. */
export function RunsTable({ runs }: { readonly runs: readonly RunItem[] }) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Run</Table.Th>
          <Table.Th scope="col">State</Table.Th>
          <Table.Th scope="col" visibleFrom="sm">
            Steps
          </Table.Th>
          <Table.Th scope="col" visibleFrom="xs">
            Duration
          </Table.Th>
          <Table.Th scope="col" visibleFrom="md">
            Workspace
          </Table.Th>
          <Table.Th scope="col" visibleFrom="sm">
            Created
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <RunRow key={run.id} run={run} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

import { Panel } from '../design/panel.tsx';
import { Table } from '../design/table.tsx';
import { SessionRow } from './session-row.tsx';
import { useSessions } from './use-access-list.ts';

/** Browsers in which the person is signed in to this portal. */
export function SessionsPanel() {
  const { data = [] } = useSessions();
  if (data.length === 0) return null;
  return (
    <Panel title="Browsers you are signed in with">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Browser</Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              Since
            </Table.Th>
            <Table.Th scope="col" visibleFrom="xs">
              Last seen
            </Table.Th>
            <Table.Th scope="col">End</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

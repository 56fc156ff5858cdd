import { Panel } from '../design/panel.tsx';
import { Table } from '../design/table.tsx';
import { ApplicationRow } from './application-row.tsx';
import { useApplications } from './use-access-list.ts';

/** Clients that hold a standing permission to act for the person. */
export function ApplicationsPanel() {
  const { data = [] } = useApplications();
  if (data.length === 0) return null;
  return (
    <Panel title="Applications that may act for you">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Application</Table.Th>
            <Table.Th scope="col" visibleFrom="xs">
              Since
            </Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              Last used
            </Table.Th>
            <Table.Th scope="col">End</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((application) => (
            <ApplicationRow key={application.clientId} application={application} />
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

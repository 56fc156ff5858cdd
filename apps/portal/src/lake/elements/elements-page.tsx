import { Anchor, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconServerOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useSession } from '../../access/use-session.ts';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Page } from '../../design/page.tsx';
import { Table } from '../../design/table.tsx';
import { AddElementDialog } from './add-element-dialog.tsx';
import { AvailabilityBadges } from './availability-badges.tsx';
import { ElementSpace } from './element-space.tsx';
import { useElements } from './use-elements.ts';

/** The storage elements of the lake. */
export function ElementsPage() {
  const elements = useElements();
  const { isAdministrator } = useSession();
  const [adding, dialog] = useDisclosure(false);
  return (
    <Page
      title="Storage elements"
      description="Places where replicas lie. Rules name them, one by one or by their attributes."
      crumbs={[{ label: 'Data lake', to: '/lake' }]}
      actions={
        isAdministrator ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
            Add element
          </Button>
        ) : undefined
      }
    >
      <Loaded query={elements} what="the storage elements">
        {(rows) =>
          rows.length === 0 ? (
            <NothingHere icon={IconServerOff} title="No storage element yet">
              Without one nothing can be uploaded. An administrator adds the first one here or by “rucio rse
              add”.
            </NothingHere>
          ) : (
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">Element</Table.Th>
                  <Table.Th scope="col">Allows</Table.Th>
                  <Table.Th scope="col" visibleFrom="xs">
                    Space used
                  </Table.Th>
                  <Table.Th scope="col" visibleFrom="sm">
                    Kind
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.id}>
                    <Table.Th scope="row" fw={500}>
                      <Anchor
                        component={Link}
                        to="/lake/elements/$element"
                        params={{ element: row.rse } as never}
                      >
                        {row.rse}
                      </Anchor>
                    </Table.Th>
                    <Table.Td>
                      <AvailabilityBadges row={row} />
                    </Table.Td>
                    <Table.Td visibleFrom="xs">
                      <ElementSpace element={row.rse} />
                    </Table.Td>
                    <Table.Td visibleFrom="sm">{row.rse_type === 'TAPE' ? 'Tape' : 'Disk'}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
      {adding ? <AddElementDialog onClose={dialog.close} /> : null}
    </Page>
  );
}

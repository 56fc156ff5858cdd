import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import { Moment } from '../design/moment.tsx';
import { Table } from '../design/table.tsx';
import type { Application } from './access-list.ts';
import { useEndApplication } from './use-access-list.ts';

/** One application with its dates and the way to end its permission. */
export function ApplicationRow({ application }: { readonly application: Application }) {
  const [ending, dialog] = useDisclosure(false);
  const end = useEndApplication(application.clientId);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {application.name}
      </Table.Th>
      <Table.Td visibleFrom="xs">
        <Moment at={application.since} relative />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Moment at={application.lastUsed} relative />
      </Table.Td>
      <Table.Td>
        <Button
          size="xs"
          variant="default"
          onClick={dialog.open}
          aria-label={`End access of ${application.name}`}
        >
          End access
        </Button>
        <ConfirmDialog
          opened={ending}
          onClose={dialog.close}
          title={`End access of ${application.name}?`}
          action="End access"
          mutation={end}
          what="The access could not be ended."
        >
          It can no longer get new tokens in your name; those it holds end within 15 minutes.
        </ConfirmDialog>
      </Table.Td>
    </Table.Tr>
  );
}

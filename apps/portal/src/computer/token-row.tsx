import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { AccessToken } from '@vre/protocol-reana';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import { Moment } from '../design/moment.tsx';
import { Table } from '../design/table.tsx';
import { parseMoment } from '../units/moment.ts';
import { useRevokeToken } from './use-tokens.ts';

/** One token with its dates and the way to end it. */
export function TokenRow({ token }: { readonly token: AccessToken }) {
  const [revoking, dialog] = useDisclosure(false);
  const revoke = useRevokeToken(token.id);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500} style={{ overflowWrap: 'anywhere' }}>
        {token.label}
      </Table.Th>
      <Table.Td visibleFrom="sm">
        <Moment at={parseMoment(token.createdAt)} relative />
      </Table.Td>
      <Table.Td visibleFrom="xs">
        {token.lastUsedAt === null ? 'never' : <Moment at={parseMoment(token.lastUsedAt)} relative />}
      </Table.Td>
      <Table.Td>
        {token.expiresAt === null ? 'never' : <Moment at={parseMoment(token.expiresAt)} relative />}
      </Table.Td>
      <Table.Td>
        <Button size="xs" variant="default" onClick={dialog.open} aria-label={`Revoke ${token.label}`}>
          Revoke
        </Button>
        <ConfirmDialog
          opened={revoking}
          onClose={dialog.close}
          title={`Revoke ${token.label}?`}
          action="Revoke the token"
          mutation={revoke}
          what="The token could not be revoked."
        >
          Whatever uses it is refused from now on.
        </ConfirmDialog>
      </Table.Td>
    </Table.Tr>
  );
}

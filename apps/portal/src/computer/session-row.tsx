import { Badge, Button, Group, Text } from '@mantine/core';
import { Moment } from '../design/moment.tsx';
import { Table } from '../design/table.tsx';
import type { BrowserSession } from './access-list.ts';
import { useEndSession } from './use-access-list.ts';

/** One signed-in browser; the present one is ended by signing out. */
export function SessionRow({ session }: { readonly session: BrowserSession }) {
  const end = useEndSession(session.id);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {session.browser}
        <Text size="xs" c="dimmed">
          {session.address}
        </Text>
      </Table.Th>
      <Table.Td visibleFrom="sm">
        <Moment at={session.since} relative />
      </Table.Td>
      <Table.Td visibleFrom="xs">
        <Moment at={session.lastSeen} relative />
      </Table.Td>
      <Table.Td>
        {session.isThisOne ? (
          <Badge className="plain-badge">This browser</Badge>
        ) : (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={end.isPending}
              onClick={() => end.mutate()}
              aria-label={`Sign out ${session.browser}`}
            >
              Sign out
            </Button>
            {end.isError ? <Text size="xs">It did not work; try again.</Text> : null}
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

import { Text } from '@mantine/core';
import { Loaded } from '../design/loaded.tsx';
import { Table } from '../design/table.tsx';
import { TokenRow } from './token-row.tsx';
import { useTokens } from './use-tokens.ts';

/** Tokens that were handed out. */
export function TokensTable() {
  const tokens = useTokens();
  return (
    <Loaded query={tokens} what="the tokens" rows={2}>
      {(rows) =>
        rows.length === 0 ? (
          <Text size="sm" c="dimmed">
            You have no tokens.
          </Text>
        ) : (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Token</Table.Th>
                <Table.Th scope="col" visibleFrom="sm">
                  Made
                </Table.Th>
                <Table.Th scope="col" visibleFrom="xs">
                  Last used
                </Table.Th>
                <Table.Th scope="col">Expires</Table.Th>
                <Table.Th scope="col">Revoke</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((token) => (
                <TokenRow key={token.id} token={token} />
              ))}
            </Table.Tbody>
          </Table>
        )
      }
    </Loaded>
  );
}

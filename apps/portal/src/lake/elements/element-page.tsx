import { Paper, Stack, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { CodeBlock } from '../../design/code-block.tsx';
import { Facts } from '../../design/facts.tsx';
import { Loaded } from '../../design/loaded.tsx';
import { Page } from '../../design/page.tsx';
import { Panel } from '../../design/panel.tsx';
import { Table } from '../../design/table.tsx';
import { AvailabilityBadges } from './availability-badges.tsx';
import { ElementSpace } from './element-space.tsx';
import { protocolAddress, protocolUses } from './protocol-words.ts';
import { useElement } from './use-elements.ts';

const route = getRouteApi('/lake/elements/$element');

/** One storage element: space, protocols, attributes. */
export function ElementPage() {
  const { element: name } = route.useParams();
  const element = useElement(name);
  return (
    <Page
      title={name}
      crumbs={[
        { label: 'Data lake', to: '/lake' },
        { label: 'Storage elements', to: '/lake/elements' },
      ]}
    >
      <Loaded query={element} what="the storage element">
        {({ settings, attributes }) => (
          <Stack gap="md">
            <Paper withBorder p="md">
              <Facts
                facts={[
                  { label: 'Allows', value: <AvailabilityBadges row={settings} /> },
                  { label: 'Space used', value: <ElementSpace element={name} /> },
                  { label: 'Kind', value: settings.rse_type === 'TAPE' ? 'Tape' : 'Disk' },
                  {
                    label: 'Paths',
                    value: settings.deterministic
                      ? 'follow from scope and name'
                      : 'are recorded file by file',
                  },
                  {
                    label: 'Checksums on upload',
                    value: settings.verify_checksum ? 'verified' : 'not verified',
                  },
                ]}
              />
            </Paper>
            <Panel title="Protocols">
              {settings.protocols.length === 0 ? (
                <Text size="sm" c="dimmed">
                  None: nothing can be read or written until an administrator adds one.
                </Text>
              ) : (
                <Stack gap="sm">
                  {settings.protocols.map((protocol) => (
                    <Stack key={protocolAddress(protocol)} gap={4}>
                      <CodeBlock label={`${protocol.scheme} address`} text={protocolAddress(protocol)} />
                      <Text size="xs" c="dimmed">
                        {protocolUses(protocol)}
                      </Text>
                    </Stack>
                  ))}
                </Stack>
              )}
            </Panel>
            <Panel title="Attributes">
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">Name</Table.Th>
                    <Table.Th scope="col">Value</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {Object.entries(attributes).map(([key, value]) => (
                    <Table.Tr key={key}>
                      <Table.Th scope="row" fw={500}>
                        {key}
                      </Table.Th>
                      <Table.Td className="mono">{String(value)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Panel>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

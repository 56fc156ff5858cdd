import { Stack, Text } from '@mantine/core';
import { Loaded } from '../../design/loaded.tsx';
import { Panel } from '../../design/panel.tsx';
import { Table } from '../../design/table.tsx';
import { writeParameter } from './parameter-text.ts';
import { specificationText } from './specification-text.ts';
import { SpecificationView } from './specification-view.tsx';
import { useSpecification } from './use-run.ts';

/** What was asked for: the parameters of this run and the specification. */
export function SpecificationPanel({ id }: { readonly id: string }) {
  const specification = useSpecification(id);
  return (
    <Loaded query={specification} what="the specification">
      {({ specification: document, parameters }) => (
        <Stack gap="md">
          <Panel title="Parameters of this run">
            {Object.keys(parameters).length === 0 ? (
              <Text size="sm" c="dimmed">
                This run has no parameters.
              </Text>
            ) : (
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">Name</Table.Th>
                    <Table.Th scope="col">Value</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {Object.entries(parameters).map(([name, value]) => (
                    <Table.Tr key={name}>
                      <Table.Th scope="row" fw={500}>
                        {name}
                      </Table.Th>
                      <Table.Td className="mono" style={{ overflowWrap: 'anywhere' }}>
                        {writeParameter(value)}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )}
          </Panel>
          <Panel title="Specification">
            <SpecificationView text={specificationText(document)} />
          </Panel>
        </Stack>
      )}
    </Loaded>
  );
}

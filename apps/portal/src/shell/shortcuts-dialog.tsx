import '@mantine/core/styles/Switch.css';
import { Group, Kbd, Modal, Stack, Switch, Text } from '@mantine/core';
import { useSession } from '../access/use-session.ts';
import { Table } from '../design/table.tsx';
import { placesFor } from './places.ts';
import { useSingleKeys } from './use-shortcuts.ts';

/** Which keys do what. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const { services } = useSession();
  const [singleKeys, setSingleKeys] = useSingleKeys();
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['Ctrl', 'K'], 'Search (⌘ K on a Mac)'],
    [['/'], 'Search'],
    [['?'], 'This list'],
    ...placesFor(services).map(({ key, label }) => [['g', key], label] as const),
  ];
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts">
      <Stack>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Keys</Table.Th>
              <Table.Th scope="col">What they do</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(([keys, what]) => (
              <Table.Tr key={keys.join(' ')}>
                <Table.Td>
                  <Group gap={4}>
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{what}</Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          label="Shortcuts without Ctrl or ⌘"
          description="Switch them off if speech input or a screen reader triggers them."
          checked={singleKeys}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}

import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import { Group, MultiSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { filterStatuses, runLooks } from '../run-state.ts';
import { type RunsFilter, statusesOf } from './use-runs.ts';

type Props = { readonly filter: RunsFilter; readonly onChange: (next: RunsFilter) => void };

const choices = filterStatuses.map((status) => ({ value: status, label: runLooks[status].word }));

/** Name and states; both live in the address, so a filtered list can be sent to a colleague. */
export function RunsFilterBar({ filter, onChange }: Props) {
  const { page: _, name, status } = filter;
  const put = (next: { name?: string | undefined; status?: string | undefined }) => {
    const merged = { name, status, ...next };
    onChange({
      ...(merged.name ? { name: merged.name } : {}),
      ...(merged.status ? { status: merged.status } : {}),
    });
  };
  const putName = useDebouncedCallback((value: string) => put({ name: value }), 250);
  const chosen = [...statusesOf(status)];
  return (
    <Group component="search" align="flex-end" gap="sm">
      <TextInput
        label="Name"
        placeholder="Part of the name"
        defaultValue={name ?? ''}
        onChange={(event) => putName(event.currentTarget.value)}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 240 }}
      />
      <MultiSelect
        label="States"
        placeholder={chosen.length === 0 ? 'All but deleted' : ''}
        data={choices}
        value={chosen}
        onChange={(values) => put({ status: values.join(',') })}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear states' }}
        w={{ base: '100%', xs: 340 }}
      />
    </Group>
  );
}

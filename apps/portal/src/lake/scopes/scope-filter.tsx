import '@mantine/core/styles/Combobox.css';
import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type DidFilter, didKindOf } from './use-scopes.ts';

const kinds = [
  { value: 'collection', label: 'Datasets and containers' },
  { value: 'dataset', label: 'Datasets' },
  { value: 'container', label: 'Containers' },
  { value: 'file', label: 'Files' },
  { value: 'all', label: 'Everything' },
];

type Props = { readonly filter: DidFilter; readonly onChange: (next: DidFilter) => void };

/** Name pattern and type, both in the address. */
export function ScopeFilter({ filter, onChange }: Props) {
  const { name, type } = filter;
  const put = (next: { name?: string | undefined; type?: string | undefined }) => {
    const merged = { name, type, ...next };
    onChange({
      ...(merged.name ? { name: merged.name } : {}),
      ...(merged.type ? { type: merged.type } : {}),
    });
  };
  const putName = useDebouncedCallback((value: string) => put({ name: value }), 250);
  return (
    <Group component="search" align="flex-end" gap="sm">
      <TextInput
        label="Name"
        placeholder="Word or pattern with *"
        defaultValue={name ?? ''}
        onChange={(event) => putName(event.currentTarget.value)}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 260 }}
      />
      <Select
        label="Type"
        data={kinds}
        value={didKindOf(type)}
        allowDeselect={false}
        onChange={(value) => put({ type: value === null || value === 'collection' ? undefined : value })}
        w={{ base: '100%', xs: 230 }}
      />
    </Group>
  );
}

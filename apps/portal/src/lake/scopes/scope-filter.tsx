import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useId } from 'react';
import { type DidFilter, didKindOf } from './use-scopes.ts';

const kinds = [
  { value: 'collection', label: 'Collections' },
  { value: 'dataset', label: 'Datasets' },
  { value: 'container', label: 'Containers' },
  { value: 'file', label: 'Files' },
];

type Props = { readonly filter: DidFilter; readonly onChange: (next: DidFilter) => void };

/** Name pattern and type, both in the address. */
export function ScopeFilter({ filter, onChange }: Props) {
  const typeLabel = useId();
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
    <Group align="flex-end" gap="md">
      <TextInput
        label="Name"
        placeholder="Word or pattern with *"
        defaultValue={name ?? ''}
        onChange={(event) => putName(event.currentTarget.value)}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 260 }}
      />
      <Stack gap={2}>
        <Text size="sm" fw={500} id={typeLabel}>
          Type
        </Text>
        <SegmentedControl
          aria-labelledby={typeLabel}
          size="xs"
          data={kinds}
          value={didKindOf(type)}
          onChange={(value) => put({ type: value === 'collection' ? undefined : value })}
        />
      </Stack>
    </Group>
  );
}

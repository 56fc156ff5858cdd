import '@mantine/core/styles/Combobox.css';
import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { categoryWords, type ProfileFilter } from './profile-filter.ts';

type Props = {
  readonly filter: ProfileFilter;
  readonly categories: readonly string[];
  readonly onChange: (next: ProfileFilter) => void;
};

/** Words and field; both live in the address. */
export function ProfileFilterBar({ filter, categories, onChange }: Props) {
  const { name, category } = filter;
  const put = (next: { name?: string | undefined; category?: string | undefined }) => {
    const merged = { name, category, ...next };
    onChange({
      ...(merged.name ? { name: merged.name } : {}),
      ...(merged.category ? { category: merged.category } : {}),
    });
  };
  const putName = useDebouncedCallback((value: string) => put({ name: value }), 250);
  return (
    <Group component="search" align="flex-end" gap="sm">
      <TextInput
        label="Search environments"
        placeholder="A package, an experiment"
        defaultValue={name ?? ''}
        onChange={(event) => putName(event.currentTarget.value)}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 260 }}
      />
      <Select
        label="Field"
        placeholder="All fields"
        data={categories.map((value) => ({ value, label: categoryWords(value) }))}
        value={category ?? null}
        onChange={(value) => put({ category: value ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear the field' }}
        w={{ base: '100%', xs: 230 }}
      />
    </Group>
  );
}

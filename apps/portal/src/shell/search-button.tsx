import { Group, Kbd, Text, UnstyledButton } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import classes from './search-button.module.css';

/** Looks like a search box, opens the search over everything. */
export function SearchButton({ onOpen }: { readonly onOpen: () => void }) {
  const os = useOs();
  return (
    <UnstyledButton
      className={classes.button}
      onClick={onOpen}
      aria-label="Search data, runs, notebooks and pages"
    >
      <Group gap="xs" wrap="nowrap">
        <IconSearch size={16} aria-hidden />
        <Text size="sm" className={classes.text}>
          Search data, runs, notebooks, pages
        </Text>
        <Kbd size="xs" className={classes.keys}>
          {os === 'macos' ? '⌘ K' : 'Ctrl K'}
        </Kbd>
      </Group>
    </UnstyledButton>
  );
}

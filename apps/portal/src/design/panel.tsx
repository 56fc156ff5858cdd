import { Group, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useId } from 'react';

type Props = { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode };

/** A titled section of a page. */
export function Panel({ title, aside, children }: Props) {
  const heading = useId();
  return (
    <Paper component="section" withBorder p="md" aria-labelledby={heading}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} id={heading}>
            {title}
          </Title>
          {aside}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}

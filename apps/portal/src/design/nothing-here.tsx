import { EmptyState, Stack, Text } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { CodeBlock } from './code-block.tsx';

type Props = {
  readonly icon: Icon;
  readonly title: string;
  readonly children?: ReactNode;
  /** Commands that make the first step, one a line. */
  readonly commands?: string;
};

/** An empty place that teaches its first step. */
export function NothingHere({ icon: Picture, title, children, commands }: Props) {
  return (
    <EmptyState
      icon={<Picture aria-hidden />}
      title={title}
      withIndicatorBackground
      py="xl"
      styles={{ body: { maxWidth: '100%' } }}
    >
      <Stack gap="sm" maw={640} w="100%">
        {children === undefined ? null : (
          <Text size="sm" c="dimmed" component="div" ta="center">
            {children}
          </Text>
        )}
        {commands === undefined ? null : (
          <CodeBlock label={`commands, ${title.toLowerCase()}`} text={commands} />
        )}
      </Stack>
    </EmptyState>
  );
}

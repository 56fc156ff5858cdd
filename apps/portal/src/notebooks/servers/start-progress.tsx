import { Progress, Stack, Text } from '@mantine/core';
import type { ServerView } from './server-view.ts';

type Props = { readonly server: ServerView; readonly title: string };

/** How far a start is, as bar, percent and words. */
export function StartProgress({ server: { percent, message }, title }: Props) {
  const whole = Math.round(percent);
  return (
    <Stack gap={4}>
      <Progress value={whole} size="sm" color="indigo.5" aria-label={`Start of ${title}`} />
      <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
        <span className="numbers">{whole} %</span>
        {message === '' ? '' : ` · ${message}`}
      </Text>
    </Stack>
  );
}

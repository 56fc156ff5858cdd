import { Group, Progress, Text } from '@mantine/core';
import type { RuleRow } from '@vre/protocol-rucio';
import { formatCount } from '../../units/count.ts';

/** Copies that exist, are on their way, or are stuck: as bar and words. */
export function RuleProgressBar({ rule }: { readonly rule: RuleRow }) {
  const { locks_ok_cnt: ok, locks_replicating_cnt: moving, locks_stuck_cnt: stuck } = rule;
  const total = ok + moving + stuck;
  if (total === 0) {
    return (
      <Text size="sm" c="dimmed">
        There is nothing to copy yet.
      </Text>
    );
  }
  const words = [
    `${formatCount(ok)} of ${formatCount(total)} copies there`,
    ...(moving > 0 ? [`${formatCount(moving)} on their way`] : []),
    ...(stuck > 0 ? [`${formatCount(stuck)} stuck`] : []),
  ].join(', ');
  return (
    <Group gap="sm">
      <Progress.Root size="md" flex="1 1 10rem">
        <Progress.Section value={(100 * ok) / total} color="teal" aria-label="Copies there" />
        <Progress.Section value={(100 * moving) / total} color="indigo.4" aria-label="Copies on their way" />
        <Progress.Section value={(100 * stuck) / total} color="orange" aria-label="Copies stuck" />
      </Progress.Root>
      <Text size="sm" className="numbers" aria-live="polite">
        {words}
      </Text>
    </Group>
  );
}

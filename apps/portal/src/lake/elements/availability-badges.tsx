import { Group } from '@mantine/core';
import type { RseRow } from '@vre/protocol-rucio';
import { StateBadge } from '../../design/state-badge.tsx';

/** What an element allows at present. */
export function AvailabilityBadges({ row }: { readonly row: RseRow }) {
  const allowed = [
    ...(row.availability_read ? ['reading'] : []),
    ...(row.availability_write ? ['writing'] : []),
    ...(row.availability_delete ? ['deleting'] : []),
  ];
  if (allowed.length === 3) return <StateBadge tone="good" word="Everything" />;
  if (allowed.length === 0) return <StateBadge tone="bad" word="Nothing" />;
  return (
    <Group gap={6}>
      <StateBadge tone="attention" word={`Only ${allowed.join(' and ')}`} />
    </Group>
  );
}

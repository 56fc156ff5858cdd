import { Progress as Bar, Group, Text } from '@mantine/core';
import type { Progress } from '@vre/protocol-reana';

/** Finished steps of planned steps, as bar and words. */
export function RunProgress({ progress, name }: { readonly progress: Progress; readonly name: string }) {
  const total = progress.total?.total ?? 0;
  if (total === 0) return <span>–</span>;
  const finished = progress.finished?.total ?? 0;
  const failed = progress.failed?.total ?? 0;
  const words = `${finished} of ${total}${failed > 0 ? `, ${failed} failed` : ''}`;
  return (
    <Group gap="xs" wrap="nowrap">
      <Bar.Root size="sm" w={72} style={{ flexShrink: 0 }}>
        <Bar.Section value={(100 * finished) / total} color="teal" aria-label={`Finished steps of ${name}`} />
        <Bar.Section value={(100 * failed) / total} color="red" aria-label={`Failed steps of ${name}`} />
      </Bar.Root>
      <Text size="xs" className="numbers" style={{ whiteSpace: 'nowrap' }}>
        {words}
      </Text>
    </Group>
  );
}

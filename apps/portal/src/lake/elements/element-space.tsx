import { Skeleton, Text } from '@mantine/core';
import { SpaceBar } from '../../design/space-bar.tsx';
import { bestUsage, useElementUsage } from './use-elements.ts';

/** How full an element is. */
export function ElementSpace({ element }: { readonly element: string }) {
  const usage = useElementUsage(element);
  if (usage.isPending) return <Skeleton height={20} width={140} />;
  const best = bestUsage(usage.data ?? []);
  if (best === undefined) return <Text size="sm">not known</Text>;
  return <SpaceBar label={`Space used on ${element}`} used={best.used} limit={best.total} />;
}

import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

/** Rows that stand in while something loads. */
export function SkeletonRows({ rows = 6, what }: { readonly rows?: number; readonly what: string }) {
  return (
    <Stack gap="xs" aria-busy>
      <VisuallyHidden role="status">Loading {what} …</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <Skeleton key={row} height={36} width={`${100 - ((row * 7) % 20)}%`} />
      ))}
    </Stack>
  );
}

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemBox } from './problem-box.tsx';
import { SkeletonRows } from './skeleton-rows.tsx';

type Props<Value> = {
  readonly query: UseQueryResult<Value>;
  /** What is loaded, in the plural or with its article: "runs", "the file". */
  readonly what: string;
  readonly rows?: number;
  readonly children: (value: Value) => ReactNode;
};

/** Skeleton while loading, the problem when it failed, else the value. */
export function Loaded<Value>({ query, what, rows = 5, children }: Props<Value>) {
  if (query.isPending) return <SkeletonRows what={what} rows={rows} />;
  if (query.isError) {
    return <ProblemBox what={`Could not load ${what}.`} error={query.error} onRetry={query.refetch} />;
  }
  return children(query.data);
}

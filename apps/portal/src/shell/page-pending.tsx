import { SkeletonRows } from '../design/skeleton-rows.tsx';

/** Stands in while a page's code is loaded. */
export function PagePending() {
  return <SkeletonRows what="the page" rows={8} />;
}

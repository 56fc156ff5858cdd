import { z } from 'zod';

/** `page` counts from 1; without `size` everything is on the first page. */
export const pageQuery = z.looseObject({
  page: z.coerce.number().int().min(1).default(1),
  size: z.coerce.number().int().min(1).max(100_000).optional(),
});

/** Where a page lies in a whole of `total`. */
export function pageFields(
  query: { readonly page: number; readonly size?: number | undefined },
  total: number,
  shown: number,
  url: string,
) {
  const size = query.size ?? Math.max(total, 1);
  const from = (query.page - 1) * size;
  const link = (page: number) => {
    const parsed = new URL(url, 'http://server');
    parsed.searchParams.delete('access_token');
    parsed.searchParams.set('page', String(page));
    return `${parsed.pathname}${parsed.search}`;
  };
  const hasNext = from + shown < total;
  const hasPrevious = query.page > 1;
  return {
    total,
    page: query.page,
    size: shown,
    from_idx: from + (shown > 0 ? 1 : 0),
    to_idx: from + shown,
    has_next: hasNext,
    has_prev: hasPrevious,
    links: {
      self: link(query.page),
      ...(hasNext ? { next: link(query.page + 1) } : {}),
      ...(hasPrevious ? { prev: link(query.page - 1) } : {}),
    },
  };
}

/** One page of a list that is at hand. */
export function page<Item>(
  items: readonly Item[],
  query: { readonly page: number; readonly size?: number | undefined },
  url: string,
) {
  const size = query.size ?? Math.max(items.length, 1);
  const shown = items.slice((query.page - 1) * size, query.page * size);
  return { items: shown, ...pageFields(query, items.length, shown.length, url) };
}

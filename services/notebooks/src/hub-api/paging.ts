/** Media type by which a client asks for pages. */
export const paginationType = 'application/jupyterhub-pagination+json';

export const defaultLimit = 50;
export const largestLimit = 200;

/** A page as clients that asked for it get it; `url` is the address of the request. */
export function pageOf<Item>(
  items: readonly Item[],
  page: { readonly offset: number; readonly limit: number; readonly total: number },
  url: URL,
): unknown {
  const following = page.offset + items.length;
  const next = new URL(url);
  next.searchParams.set('offset', String(following));
  next.searchParams.set('limit', String(page.limit));
  return {
    items,
    _pagination: {
      offset: page.offset,
      limit: page.limit,
      total: page.total,
      next:
        following < page.total && items.length > 0
          ? { offset: following, limit: page.limit, url: next.href }
          : null,
    },
  };
}

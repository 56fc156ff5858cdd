import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { staleKeys } from './invalidation.ts';
import { type Live, LiveContext } from './live-context.ts';
import type { LiveState } from './live-event.ts';
import { type News, newsOf } from './news.ts';
import { openLiveStream } from './open-live-stream.ts';

const kept = 50;
/** Events come in bursts; loaded answers are renewed once for all of them. */
const gatherMilliseconds = 300;

const Toasts = lazy(async () => ({ default: (await import('./toasts.tsx')).Toasts }));

/** Keeps the event stream open while somebody is signed in: renews loaded answers, collects news. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const [news, setNews] = useState<readonly News[]>([]);
  const [unread, setUnread] = useState(0);

  useEffect(() => {
    const gathered = new Map<string, QueryKey>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const renew = () => {
      timer = undefined;
      for (const queryKey of gathered.values()) void queries.invalidateQueries({ queryKey });
      gathered.clear();
    };
    const close = openLiveStream((message) => {
      if (message.kind === 'state') return setState(message.state);
      for (const key of staleKeys(message.event)) gathered.set(JSON.stringify(key), key);
      timer ??= setTimeout(renew, gatherMilliseconds);
      const item = newsOf(message.event, new Date());
      if (item === undefined) return;
      setNews((before) => [item, ...before].slice(0, kept));
      setUnread((before) => before + 1);
    });
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [queries]);

  const live = useMemo<Live>(
    () => ({ state, news, unread, markRead: () => setUnread(0), clear: () => setNews([]) }),
    [state, news, unread],
  );
  return (
    <LiveContext value={live}>
      {children}
      {news.length === 0 ? null : (
        <Suspense>
          <Toasts news={news} />
        </Suspense>
      )}
    </LiveContext>
  );
}

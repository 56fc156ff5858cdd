import { createContext, useContext } from 'react';
import type { LiveState } from './live-event.ts';
import type { News } from './news.ts';

/** What the shell shows of the event stream. */
export type Live = {
  readonly state: LiveState;
  readonly news: readonly News[];
  readonly unread: number;
  readonly markRead: () => void;
  readonly clear: () => void;
};

export const LiveContext = createContext<Live>({
  state: 'connecting',
  news: [],
  unread: 0,
  markRead: () => undefined,
  clear: () => undefined,
});

export const useLive = (): Live => useContext(LiveContext);

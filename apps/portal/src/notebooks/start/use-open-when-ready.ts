import { useCallback, useEffect, useRef, useState } from 'react';
import { useSession } from '../../access/use-session.ts';
import { labAddress } from '../hub-address.ts';
import { isComing } from '../servers/server-state.ts';
import type { ServerView } from '../servers/server-view.ts';

/** Opens a tab that cannot reach back into this one; false when the browser did not let us. */
function openTab(address: string): boolean {
  const tab = window.open(address, '_blank');
  if (tab === null) return false;
  tab.opener = null;
  return true;
}

const isTyping = (): boolean =>
  document.activeElement instanceof HTMLElement &&
  ['INPUT', 'TEXTAREA', 'SELECT'].includes(document.activeElement.tagName);

/**
 * Opens servers that were started here as soon as they are ready, if the person is still looking. `wait` names one;
 * `focused` is the server whose "Open" should have the focus, because the browser blocked the tab.
 */
export function useOpenWhenReady(servers: readonly ServerView[] | undefined): {
  readonly wait: (server: string) => void;
  readonly focused: string | undefined;
} {
  const { notebooks } = useSession().addresses;
  /** Names, and whether they were seen coming: until then the list may still show how the last start ended. */
  const awaited = useRef(new Map<string, boolean>());
  const [focused, setFocused] = useState<string>();
  const wait = useCallback((server: string) => {
    setFocused(undefined);
    awaited.current.set(server, false);
  }, []);
  useEffect(() => {
    for (const { name, state, path } of servers ?? []) {
      const seen = awaited.current.get(name);
      if (seen === undefined) continue;
      if (isComing(state)) awaited.current.set(name, true);
      else if (seen || state === 'ready') awaited.current.delete(name);
      if (state !== 'ready' || document.visibilityState !== 'visible') continue;
      if (!openTab(labAddress(notebooks, path)) && !isTyping()) setFocused(name);
    }
  }, [servers, notebooks]);
  return { wait, focused };
}

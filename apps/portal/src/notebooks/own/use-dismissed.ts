import { useLocalStorage } from '@mantine/hooks';
import { useEffect } from 'react';
import type { ServerView } from '../servers/server-view.ts';

const keyOf = ({ name, message }: ServerView): string => `${name}|${message}`;

/** Failures that the person has read and put away, in this browser; forgotten when the server is started again. */
export function useDismissed(servers: readonly ServerView[] | undefined): {
  readonly isDismissed: (server: ServerView) => boolean;
  readonly dismiss: (server: ServerView) => void;
} {
  const [dismissed, setDismissed] = useLocalStorage<readonly string[]>({
    key: 'vre-notebook-failures-read',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  useEffect(() => {
    if (servers === undefined) return;
    const failures = new Set(servers.filter(({ state }) => state === 'failed').map(keyOf));
    if (dismissed.some((key) => !failures.has(key)))
      setDismissed(dismissed.filter((key) => failures.has(key)));
  }, [servers, dismissed, setDismissed]);
  return {
    isDismissed: (server) => server.state === 'failed' && dismissed.includes(keyOf(server)),
    dismiss: (server) => setDismissed((before) => [...before, keyOf(server)]),
  };
}

import { useLocalStorage } from '@mantine/hooks';
import type { ServerView } from '../servers/server-view.ts';

const kept = 20;

/** A failure is known by server, start and reason: the same server failing again shows again. */
const keyOf = ({ name, startedAt, message }: ServerView): string =>
  [name, startedAt?.toISOString() ?? '', message].join('|');

/** Failures that the person has read and put away, in this browser. */
export function useDismissed(): {
  readonly isDismissed: (server: ServerView) => boolean;
  readonly dismiss: (server: ServerView) => void;
} {
  const [dismissed, setDismissed] = useLocalStorage<readonly string[]>({
    key: 'vre-notebook-failures-read',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  return {
    isDismissed: (server) => server.state === 'failed' && dismissed.includes(keyOf(server)),
    dismiss: (server) => setDismissed((before) => [keyOf(server), ...before].slice(0, kept)),
  };
}

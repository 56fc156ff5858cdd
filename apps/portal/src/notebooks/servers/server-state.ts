import type { Tone } from '../../design/state-badge.tsx';

/** Where a server is in its life. */
export type ServerState =
  | 'requested'
  | 'preparing'
  | 'starting'
  | 'ready'
  | 'stopping'
  | 'stopped'
  | 'failed';

/** How a server's state is shown. */
export const serverLooks: Readonly<Record<ServerState, { readonly tone: Tone; readonly word: string }>> = {
  requested: { tone: 'waiting', word: 'Requested' },
  preparing: { tone: 'busy', word: 'Preparing' },
  starting: { tone: 'busy', word: 'Starting' },
  ready: { tone: 'good', word: 'Running' },
  stopping: { tone: 'busy', word: 'Stopping' },
  stopped: { tone: 'neutral', word: 'Stopped' },
  failed: { tone: 'bad', word: 'Failed' },
};

/** On its way to being ready. */
export const isComing = (state: ServerState): boolean =>
  state === 'requested' || state === 'preparing' || state === 'starting';

/** Occupies or awaits resources. */
export const isActive = (state: ServerState): boolean => state !== 'stopped' && state !== 'failed';

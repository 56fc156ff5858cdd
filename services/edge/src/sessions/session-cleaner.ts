import type { Daemon } from '@vre/daemon';
import type { Outbox } from '@vre/events';
import type { Clock } from '@vre/service';
import type { Sessions } from './session-service.ts';
import type { SignOut } from './sign-out.ts';

/** Removes sessions past their limits and tells the issuer that their refresh tokens are no longer needed. */
export function sessionCleaner(sessions: Sessions, signOut: SignOut, outbox: Outbox, clock: Clock): Daemon {
  return {
    name: 'edge-session-cleaner',
    idleMilliseconds: 5 * 60_000,
    step: async () => {
      const refreshTokens = await sessions.removeExpired();
      for (const token of refreshTokens) await signOut.revoke(token);
      if (refreshTokens.length > 0) return 'worked';
      await outbox.prune(clock.now());
      return 'idle';
    },
  };
}

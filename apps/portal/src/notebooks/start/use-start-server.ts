import { useMutation, useQueryClient } from '@tanstack/react-query';
import { HubError, type ProfileModel } from '@vre/protocol-jupyterhub';
import { useSession } from '../../access/use-session.ts';
import { hubSignInAddress } from '../hub-address.ts';
import { hubClient } from '../hub-client.ts';
import { nameForStart } from '../servers/server-name.ts';
import { isActive } from '../servers/server-state.ts';
import type { ServerView } from '../servers/server-view.ts';
import { hubName, ownServersQuery } from '../servers/use-servers.ts';
import { rememberHandOver } from './hand-over.ts';

export type Start = {
  readonly profile: Pick<ProfileModel, 'name' | 'title'>;
  /** The server to start again; a free one when missing. */
  readonly server?: string;
  /** The person comes from the hub's sign-in for this start: they are not sent there a second time. */
  readonly afterSignIn?: boolean;
};

const asked = (name: string, { name: profile, title }: Start['profile']): ServerView => ({
  name,
  profile,
  state: 'requested',
  message: `Asking for a server with ${title} …`,
  percent: 0,
  log: [],
  path: '',
  startedAt: undefined,
  lastActivityAt: undefined,
  stopsAt: undefined,
  tokensExpireAt: undefined,
});

/** The hub may not act for the person yet: it has to hear so from them. */
const mustSignIn = (error: unknown): boolean => error instanceof HubError && error.statusCode === 409;

/**
 * Starts a server and tells its name. It stands in the list before the hub has answered. A person whom the hub does not
 * know well enough is sent to its sign-in, and comes back to `/notebooks?start=…`.
 */
export function useStartServer(onAsked: (server: string) => void) {
  const queries = useQueryClient();
  const { notebooks } = useSession().addresses;
  const { queryKey } = ownServersQuery(queries);
  return useMutation({
    mutationFn: async ({ profile, server, afterSignIn = false }: Start) => {
      const user = await hubName(queries);
      const servers = await queries.ensureQueryData(ownServersQuery(queries));
      // Pressed twice, or in two tabs: one server of a card is enough.
      if (servers.some((one) => one.profile === profile.name && isActive(one.state))) return;
      const name = server ?? nameForStart(profile.name, servers);
      await queries.cancelQueries({ queryKey });
      queries.setQueryData(queryKey, (before = []) => [
        asked(name, profile),
        ...before.filter((one) => one.name !== name),
      ]);
      onAsked(name);
      try {
        await hubClient.startServer(user, name, { profile: profile.name });
      } catch (error) {
        if (!mustSignIn(error) || afterSignIn) throw error;
        rememberHandOver(profile.name);
        location.assign(hubSignInAddress(notebooks, profile.name));
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['notebooks', 'servers'] }),
  });
}

import type { ServerModel, UserModel } from '@vre/protocol-jupyterhub';
import { parseMoment } from '../../units/moment.ts';
import type { ServerState } from './server-state.ts';

/** A server as pages show it, of our hub or of another one. */
export type ServerView = {
  /** '' is the default server. */
  readonly name: string;
  /** Name of the card that it was started from; '' when the hub does not tell. */
  readonly profile: string;
  readonly state: ServerState;
  /** What is being done, or why it failed and what to do. */
  readonly message: string;
  readonly percent: number;
  /** Last lines of a failed start. */
  readonly log: readonly string[];
  /** Path of the server at the hub's host; '' until the hub has answered that it is starting. */
  readonly path: string;
  readonly startedAt: Date | undefined;
  readonly lastActivityAt: Date | undefined;
  /** When it is stopped unless somebody works in it. */
  readonly stopsAt: Date | undefined;
  readonly tokensExpireAt: Date | undefined;
};

const stateElsewhere = ({ ready, pending, stopped }: ServerModel): ServerState => {
  if (pending === 'spawn') return 'starting';
  if (pending === 'stop') return 'stopping';
  if (ready) return 'ready';
  return stopped ? 'stopped' : 'starting';
};

/** Reads the hub's model; a hub without our additions tells less. */
export function serverView(model: ServerModel): ServerView {
  const { vre, user_options: options } = model;
  return {
    name: model.name,
    profile: vre?.profile ?? (typeof options.profile === 'string' ? options.profile : ''),
    state: vre?.state ?? stateElsewhere(model),
    message: vre?.message ?? '',
    percent: vre?.percent ?? 0,
    log: vre?.log ?? [],
    path: model.url,
    startedAt: parseMoment(model.started),
    lastActivityAt: parseMoment(model.last_activity),
    stopsAt: parseMoment(vre?.stops_at),
    tokensExpireAt: parseMoment(vre?.tokens_expire_at),
  };
}

/** A user's servers: the default one first, the others by name. */
export const serversOf = ({ servers = {} }: UserModel): readonly ServerView[] =>
  Object.values(servers)
    .map(serverView)
    .toSorted((a, b) => a.name.localeCompare(b.name));

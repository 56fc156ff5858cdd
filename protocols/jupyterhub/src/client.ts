import { z } from 'zod';
import { HubError } from './errors.ts';
import { type UserModel, userModel } from './models.ts';
import { type ProfileModel, profileModel } from './profile.ts';
import type { ProgressEvent } from './progress.ts';
import { readProgressStream } from './progress-stream.ts';

/** A page of users; `total` counts all that fit. */
export type UserPage = { readonly users: readonly UserModel[]; readonly total: number };

/** What a server is started with: a card's name, and whatever else the hub keeps as its `user_options`. */
export type StartOptions = Readonly<Record<string, unknown>> & { readonly profile?: string };

/** A notebook that is to become a run: one of the home by its path, or itself with the name in `path`. */
export type NotebookToSend = {
  readonly path: string;
  readonly notebook?: unknown;
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** DIDs whose files are put into `data/`. */
  readonly dataset?: readonly string[];
  /** Dataset that the results go to. */
  readonly result?: string;
  /** Results besides the notebook with its outputs. */
  readonly files?: readonly string[];
  readonly profile?: string;
  readonly name?: string;
};

const sentRun = z.looseObject({ id: z.string(), name: z.string(), url: z.string() });
export type SentRun = z.output<typeof sentRun>;

/**
 * Calls a hub. `server` is `''` for a user's default server. Rejects with {@link HubError} carrying status and
 * message. `signal` aborts.
 * @see https://jupyterhub.readthedocs.io/en/stable/reference/rest-api.html
 */
export interface HubClient {
  /** Whose credentials these are. */
  currentUser(signal?: AbortSignal): Promise<UserModel>;
  /** One user with every server, running or not. */
  user(name: string, signal?: AbortSignal): Promise<UserModel>;
  /** Users of whom a server runs, is being started or stopped; for administrators. */
  activeUsers(
    page: { readonly offset: number; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<UserPage>;
  /** `pending`: it is being started; else it is ready already. */
  startServer(user: string, server: string, wanted: StartOptions): Promise<'ready' | 'pending'>;
  /** `pending`: it is being stopped; else it has stopped. */
  stopServer(user: string, server: string): Promise<'stopped' | 'pending'>;
  /** Keeps an unused server from being stopped until then, within the site's longest life: only our hub has this. */
  keepServer(user: string, server: string, until: Date): Promise<void>;
  /** The story of a start, replayed and then live; the last event says ready or failed. */
  progress(user: string, server: string, signal?: AbortSignal): AsyncIterable<ProgressEvent>;
  /** Last lines of the log of a server's current or last start: only our hub has this. */
  serverLog(user: string, server: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Makes a run of the workflow service out of a notebook: only our hub has this. */
  sendToWorkflow(user: string, server: string, notebook: NotebookToSend): Promise<SentRun>;
  /** Cards to start from: only our hub has this. */
  profiles(signal?: AbortSignal): Promise<readonly ProfileModel[]>;
}

type Call = {
  readonly method?: string;
  readonly json?: unknown;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
};

const paginated = 'application/jupyterhub-pagination+json';
const userPage = z.union([
  z
    .object({ items: z.array(userModel), _pagination: z.looseObject({ total: z.number() }) })
    .transform(({ items, _pagination: { total } }): UserPage => ({ users: items, total })),
  // Hubs older than 2.0 answer a bare list.
  z.array(userModel).transform((users): UserPage => ({ users, total: users.length })),
]);

/** `baseUrl` stands for the hub's `/hub/api`, without trailing slash; `fetch` adds whatever authenticates. */
export function createHubClient(options: {
  readonly fetch: typeof globalThis.fetch;
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
}): HubClient {
  async function request(path: string, call: Call = {}): Promise<Response> {
    const answer = await options.fetch(`${options.baseUrl}/${path}`, {
      method: call.method ?? 'GET',
      headers: {
        accept: call.accept ?? 'application/json',
        ...options.headers,
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
      ...(call.signal ? { signal: call.signal } : {}),
    });
    if (!answer.ok) throw await errorOf(answer);
    return answer;
  }
  const json = async <S extends z.ZodType>(schema: S, path: string, call?: Call): Promise<z.infer<S>> =>
    schema.parse(await (await request(path, call)).json());
  const send = async (path: string, call: Call): Promise<number> => {
    const answer = await request(path, call);
    await answer.arrayBuffer();
    return answer.status;
  };
  const ofUser = (user: string) => `users/${encodeURIComponent(user)}`;
  const ofServer = (user: string, server: string) =>
    server === '' ? `${ofUser(user)}/server` : `${ofUser(user)}/servers/${encodeURIComponent(server)}`;

  return {
    currentUser: (signal) => json(userModel, 'user', { signal }),
    user: (name, signal) => json(userModel, `${ofUser(name)}?include_stopped_servers`, { signal }),
    activeUsers: ({ offset, limit }, signal) =>
      json(userPage, `users?state=active&offset=${offset}&limit=${limit}`, { signal, accept: paginated }),
    startServer: async (user, server, wanted) =>
      (await send(ofServer(user, server), { method: 'POST', json: wanted })) === 202 ? 'pending' : 'ready',
    stopServer: async (user, server) =>
      (await send(ofServer(user, server), { method: 'DELETE' })) === 202 ? 'pending' : 'stopped',
    keepServer: async (user, server, until) => {
      await send(`${ofServer(user, server)}/x-keep-alive`, {
        method: 'POST',
        json: { until: until.toISOString() },
      });
    },
    progress: async function* (user, server, signal) {
      const { body } = await request(`${ofServer(user, server)}/progress`, {
        signal,
        accept: 'text/event-stream',
      });
      if (body !== null) yield* readProgressStream(body);
    },
    serverLog: async (user, server, signal) =>
      (
        await json(z.looseObject({ lines: z.array(z.string()) }), `${ofServer(user, server)}/x-log`, {
          signal,
        })
      ).lines,
    sendToWorkflow: (user, server, notebook) =>
      json(sentRun, `${ofServer(user, server)}/x-send-to-workflow`, { method: 'POST', json: notebook }),
    profiles: (signal) => json(z.array(profileModel), 'profiles', { signal }),
  };
}

/** Reads the hub's error body, or that of a proxy before it. */
async function errorOf(answer: Response): Promise<HubError> {
  const fields: unknown = await answer.json().catch(() => undefined);
  const message = z.looseObject({ message: z.string().min(1) }).safeParse(fields).data?.message;
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return new HubError(
    answer.status,
    message ?? `The hub answered ${answer.status}.`,
    Number.isFinite(retryAfter) ? { retryAfter } : undefined,
  );
}

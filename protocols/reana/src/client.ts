import type { z } from 'zod';
import * as answers from './answer-schemas.ts';
import * as extensions from './extension-schemas.ts';
import { ReanaError } from './messages.ts';
import type { RunStatus } from './run-status.ts';

/** What a list of runs is asked for. */
export type RunQuery = {
  readonly status?: readonly RunStatus[];
  /** Part of the name, in any case. */
  readonly name?: string;
  readonly sort?: 'asc' | 'desc';
  readonly page?: number;
  readonly size?: number;
  readonly progress?: boolean;
  readonly workspaceSize?: boolean;
};

type Values = Readonly<Record<string, unknown>>;

/**
 * Calls a REANA server. `run` is an id, `name.run` or a name. Rejects with {@link ReanaError} carrying status and
 * message. `signal` aborts.
 */
export interface ReanaClient {
  ping(): Promise<void>;
  you(): Promise<answers.You>;
  info(): Promise<answers.Info>;
  listRuns(query?: RunQuery, signal?: AbortSignal): Promise<answers.RunList>;
  createRun(name: string, specification: Values): Promise<z.infer<typeof answers.createdSchema>>;
  startRun(
    run: string,
    options?: { readonly parameters?: Values; readonly options?: Values },
  ): Promise<z.infer<typeof answers.startedSchema>>;
  /** Makes a new run in the same workspace; only for finished and failed runs. */
  restartRun(
    run: string,
    options?: { readonly parameters?: Values; readonly options?: Values; readonly specification?: Values },
  ): Promise<z.infer<typeof answers.startedSchema>>;
  stopRun(run: string): Promise<void>;
  deleteRun(run: string, options?: { readonly allRuns?: boolean }): Promise<void>;
  runStatus(run: string, signal?: AbortSignal): Promise<answers.RunStatusAnswer>;
  /** Jobs with environment and isolation, reason, lake data: only our server answers this. */
  runDetails(run: string, signal?: AbortSignal): Promise<extensions.RunDetails>;
  specification(
    run: string,
    signal?: AbortSignal,
  ): Promise<z.infer<typeof answers.specificationAnswerSchema>>;
  logs(run: string, steps?: readonly string[], signal?: AbortSignal): Promise<answers.DecodedLogs>;
  /** Output of a job (without `job`: the engine log) from byte `offset`: only our server answers this. */
  liveLog(
    run: string,
    job: string | undefined,
    offset: number,
    signal?: AbortSignal,
  ): Promise<extensions.LiveLog>;
  listFiles(
    run: string,
    query?: {
      readonly pattern?: string;
      readonly search?: string;
      readonly page?: number;
      readonly size?: number;
    },
    signal?: AbortSignal,
  ): Promise<answers.FileList>;
  /** Address of a file, for links, images and downloads. */
  fileUrl(run: string, path: string, options?: { readonly preview?: boolean }): string;
  /** The answer to a download; throws unless it succeeded. */
  readFile(run: string, path: string, signal?: AbortSignal): Promise<Response>;
  uploadFile(run: string, path: string, content: Blob | Uint8Array<ArrayBuffer> | string): Promise<void>;
  removeFiles(run: string, pathOrPattern: string): Promise<void>;
  moveFiles(run: string, source: string, target: string): Promise<void>;
  diskUsage(run: string, signal?: AbortSignal): Promise<z.infer<typeof answers.diskUsageSchema>>;
  diff(a: string, b: string): Promise<{ readonly specification: Values; readonly workspace: string }>;
  listSecrets(): Promise<z.infer<typeof answers.secretListSchema>>;
  deleteSecrets(names: readonly string[]): Promise<void>;
  listTokens(signal?: AbortSignal): Promise<readonly extensions.AccessToken[]>;
  /** `expiresInDays`: the server's usual life when missing. The token's value is shown this once. */
  mintToken(label: string, expiresInDays?: number): Promise<extensions.MintedToken>;
  revokeToken(id: string): Promise<void>;
  isConnected(signal?: AbortSignal): Promise<boolean>;
  /** Address to send the browser to, so that runs may use the data lake for the person. */
  connect(): Promise<string>;
  disconnect(): Promise<void>;
}

type Call = {
  readonly method?: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: unknown;
  readonly body?: Blob | Uint8Array<ArrayBuffer> | string;
  readonly signal?: AbortSignal | undefined;
};

/** `baseUrl` stands for REANA's `/api`, without trailing slash; `fetch` adds whatever authenticates. */
export function createReanaClient(options: {
  readonly fetch: typeof globalThis.fetch;
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
}): ReanaClient {
  const url = (path: string, query: Call['query'] = {}): string => {
    const entries = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(
      entries.map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
    return `${options.baseUrl}${path}${search === '' ? '' : `?${search}`}`;
  };
  async function request(path: string, call: Call = {}): Promise<Response> {
    const type =
      call.json !== undefined
        ? 'application/json'
        : call.body !== undefined
          ? 'application/octet-stream'
          : undefined;
    const body = call.json !== undefined ? JSON.stringify(call.json) : (call.body ?? null);
    const answer = await options.fetch(url(path, call.query), {
      method: call.method ?? 'GET',
      headers: { ...options.headers, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === null ? {} : { body }),
      ...(call.signal ? { signal: call.signal } : {}),
    });
    if (answer.ok) return answer;
    const message = await answer.json().then(
      (value: unknown) => {
        const { message: text } = (value ?? {}) as { readonly message?: unknown };
        return typeof text === 'string' ? text : undefined;
      },
      () => undefined,
    );
    throw new ReanaError(answer.status, message ?? `The server answered ${answer.status}.`);
  }
  const json = async <S extends z.ZodType>(schema: S, path: string, call?: Call): Promise<z.infer<S>> =>
    schema.parse(await (await request(path, call)).json());
  const send = async (path: string, call: Call): Promise<void> => {
    await (await request(path, call)).arrayBuffer();
  };
  const of = (run: string, rest: string) => `/workflows/${encodeURIComponent(run)}/${rest}`;
  const filePath = (run: string, path: string) =>
    of(run, `workspace/${path.split('/').map(encodeURIComponent).join('/')}`);
  const startBody = (given: { parameters?: Values; options?: Values } = {}) => ({
    input_parameters: given.parameters ?? {},
    operational_options: given.options ?? {},
  });

  return {
    ping: () => send('/ping', {}),
    you: () => json(answers.youSchema, '/you'),
    info: () => json(answers.infoSchema, '/info'),
    listRuns: (query = {}, signal) =>
      json(answers.runListSchema, '/workflows', {
        signal,
        query: {
          type: 'batch',
          status: query.status?.join(','),
          search:
            query.name === undefined || query.name === ''
              ? undefined
              : JSON.stringify({ name: [query.name] }),
          sort: query.sort,
          page: query.page,
          size: query.size,
          include_progress: query.progress,
          include_workspace_size: query.workspaceSize,
        },
      }),
    createRun: (name, specification) =>
      json(answers.createdSchema, '/workflows', {
        method: 'POST',
        query: { workflow_name: name },
        json: specification,
      }),
    startRun: (run, given) =>
      json(answers.startedSchema, of(run, 'start'), { method: 'POST', json: startBody(given) }),
    restartRun: (run, given) =>
      json(answers.startedSchema, of(run, 'start'), {
        method: 'POST',
        json: {
          ...startBody(given),
          restart: true,
          ...(given?.specification === undefined ? {} : { reana_specification: given.specification }),
        },
      }),
    stopRun: (run) => send(of(run, 'status'), { method: 'PUT', query: { status: 'stop' }, json: {} }),
    deleteRun: (run, given = {}) =>
      send(of(run, 'status'), {
        method: 'PUT',
        query: { status: 'deleted' },
        json: { all_runs: given.allRuns ?? false, workspace: true },
      }),
    runStatus: (run, signal) => json(answers.runStatusAnswerSchema, of(run, 'status'), { signal }),
    runDetails: (run, signal) => json(extensions.runDetailsSchema, of(run, 'x-details'), { signal }),
    specification: (run, signal) =>
      json(answers.specificationAnswerSchema, of(run, 'specification'), { signal }),
    logs: async (run, steps, signal) => {
      // fetch sends no body with GET: the server takes the step names from the query as well.
      const query = steps === undefined ? {} : { steps: JSON.stringify(steps) };
      const answer = await json(answers.logsAnswerSchema, of(run, 'logs'), { signal, query });
      return answers.decodedLogsSchema.parse(JSON.parse(answer.logs));
    },
    liveLog: (run, job, offset, signal) =>
      json(extensions.liveLogSchema, of(run, 'x-log'), { signal, query: { job, offset } }),
    listFiles: (run, query = {}, signal) =>
      json(answers.fileListSchema, of(run, 'workspace'), {
        signal,
        query: {
          file_name: query.pattern,
          search:
            query.search === undefined || query.search === ''
              ? undefined
              : JSON.stringify({ name: [query.search] }),
          page: query.page,
          size: query.size,
        },
      }),
    fileUrl: (run, path, given = {}) => url(filePath(run, path), given.preview ? { preview: true } : {}),
    readFile: (run, path, signal) => request(filePath(run, path), { signal }),
    uploadFile: (run, path, content) =>
      send(of(run, 'workspace'), { method: 'POST', query: { file_name: path }, body: content }),
    removeFiles: (run, pathOrPattern) => send(filePath(run, pathOrPattern), { method: 'DELETE' }),
    moveFiles: (run, source, target) =>
      send(`/workflows/move_files/${encodeURIComponent(run)}`, { method: 'PUT', query: { source, target } }),
    diskUsage: (run, signal) => json(answers.diskUsageSchema, of(run, 'disk_usage'), { signal }),
    diff: async (a, b) => {
      const answer = await json(answers.diffSchema, of(a, `diff/${encodeURIComponent(b)}`));
      return {
        specification: JSON.parse(answer.reana_specification) as Values,
        workspace: JSON.parse(answer.workspace_listing) as string,
      };
    },
    listSecrets: () => json(answers.secretListSchema, '/secrets'),
    deleteSecrets: (names) => send('/secrets/', { method: 'DELETE', json: names }),
    listTokens: async (signal) => (await json(extensions.tokenListSchema, '/x-tokens', { signal })).tokens,
    mintToken: (label, expiresInDays) =>
      json(extensions.mintedTokenSchema, '/x-tokens', {
        method: 'POST',
        json: { label, ...(expiresInDays === undefined ? {} : { expiresInDays }) },
      }),
    revokeToken: (id) => send(`/x-tokens/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    isConnected: async (signal) => (await json(extensions.connectedSchema, '/connect', { signal })).connected,
    connect: async () =>
      (await json(extensions.connectUrlSchema, '/connect', { method: 'POST', json: {} })).url,
    disconnect: () => send('/connect', { method: 'DELETE' }),
  };
}

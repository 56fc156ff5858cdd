import type { DidType, ScopedName } from './did.ts';
import { isRucioErrorClass, RucioError } from './errors.ts';
import { parseRucioJson } from './json.ts';
import type { ProtocolSettings, RseSettings } from './requests.ts';
import type {
  AccountRow,
  AccountUsageRow,
  ContentRow,
  DidRow,
  FileRow,
  FoundDid,
  LockRow,
  ReplicaDetail,
  ReplicaRow,
  RseDetail,
  RseRow,
  RseUsageRow,
  RuleAnalysis,
  RuleProgress,
  RuleRow,
} from './rows.ts';

/** `baseUrl` has no trailing slash; `headers` carry the token where `fetch` does not add it itself. */
export type RucioClientOptions = {
  readonly fetch: typeof globalThis.fetch;
  readonly baseUrl: string;
  readonly headers?: () => Readonly<Record<string, string>>;
};

export type NewRule = {
  readonly dids: readonly ScopedName[];
  readonly copies: number;
  readonly rse_expression: string;
  readonly account?: string;
  /** Seconds. */
  readonly lifetime?: number | null;
  readonly grouping?: 'ALL' | 'DATASET' | 'NONE';
  readonly comment?: string;
  readonly activity?: string;
  readonly purge_replicas?: boolean;
};

/** The calls that a portal or a service makes, typed. Every method rejects with {@link RucioError}. */
export interface RucioClient {
  whoami(signal?: AbortSignal): Promise<AccountRow>;
  scopes(signal?: AbortSignal): Promise<readonly string[]>;
  scopesOf(account: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** DIDs of a scope whose name matches `name` (`*` is any text); `type` is a kind, `collection` or `all`. */
  listDids(
    scope: string,
    search?: {
      readonly name?: string;
      readonly type?: Lowercase<DidType> | 'collection' | 'all';
      readonly recursive?: boolean;
      readonly limit?: number;
      readonly filters?: readonly Readonly<Record<string, string | number | boolean>>[];
    },
    signal?: AbortSignal,
  ): Promise<readonly FoundDid[]>;
  getDid(did: ScopedName, signal?: AbortSignal): Promise<DidRow>;
  /** `ALL` merges the built-in columns with the metadata that people set. */
  getMetadata(
    did: ScopedName,
    plugin?: 'DID_COLUMN' | 'JSON' | 'ALL',
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>>;
  setMetadata(did: ScopedName, meta: Readonly<Record<string, unknown>>): Promise<void>;
  deleteMetadata(did: ScopedName, key: string): Promise<void>;
  addDid(
    did: ScopedName,
    type: 'DATASET' | 'CONTAINER',
    meta?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  attach(parent: ScopedName, children: readonly ScopedName[]): Promise<void>;
  detach(parent: ScopedName, children: readonly ScopedName[]): Promise<void>;
  setOpen(did: ScopedName, open: boolean): Promise<void>;
  content(did: ScopedName, signal?: AbortSignal): Promise<readonly ContentRow[]>;
  parents(did: ScopedName, signal?: AbortSignal): Promise<readonly ContentRow[]>;
  listFiles(did: ScopedName, signal?: AbortSignal): Promise<readonly FileRow[]>;
  listReplicas(
    dids: readonly ScopedName[],
    options?: {
      readonly allStates?: boolean;
      readonly rseExpression?: string;
      readonly resolveParents?: boolean;
    },
    signal?: AbortSignal,
  ): Promise<readonly ReplicaRow[]>;
  /** Ours: every replica of the DID's files with state, locks and reason. */
  replicaDetails(did: ScopedName, signal?: AbortSignal): Promise<readonly ReplicaDetail[]>;
  declareBad(replicas: readonly (ScopedName & { readonly rse: string })[], reason: string): Promise<void>;
  rules(
    filters?: Readonly<Partial<Record<'account' | 'scope' | 'name' | 'state' | 'rse_expression', string>>>,
    signal?: AbortSignal,
  ): Promise<readonly RuleRow[]>;
  rulesOf(did: ScopedName, signal?: AbortSignal): Promise<readonly RuleRow[]>;
  getRule(id: string, signal?: AbortSignal): Promise<RuleRow>;
  /** Ids of the rules made, one a DID. */
  addRule(rule: NewRule): Promise<readonly string[]>;
  updateRule(id: string, options: Readonly<Record<string, unknown>>): Promise<void>;
  deleteRule(id: string, purgeReplicas?: boolean): Promise<void>;
  ruleLocks(id: string, signal?: AbortSignal): Promise<readonly LockRow[]>;
  ruleAnalysis(id: string, signal?: AbortSignal): Promise<RuleAnalysis>;
  /** Ours: counts and bytes by lock state, and the first stuck files with their reasons. */
  ruleProgress(id: string, signal?: AbortSignal): Promise<RuleProgress>;
  rses(expression?: string, signal?: AbortSignal): Promise<readonly Pick<RseRow, 'rse'>[]>;
  allRses(signal?: AbortSignal): Promise<readonly RseRow[]>;
  getRse(rse: string, signal?: AbortSignal): Promise<RseDetail>;
  /** Administrators only; the element has no protocol yet. */
  addRse(rse: string, settings: RseSettings): Promise<void>;
  addProtocol(rse: string, protocol: ProtocolSettings & { readonly scheme: string }): Promise<void>;
  rseAttributes(rse: string, signal?: AbortSignal): Promise<Readonly<Record<string, string | boolean>>>;
  rseUsage(rse: string, signal?: AbortSignal): Promise<readonly RseUsageRow[]>;
  accountUsage(account: string, signal?: AbortSignal): Promise<readonly AccountUsageRow[]>;
  accountLimits(account: string, signal?: AbortSignal): Promise<Readonly<Record<string, number | null>>>;
}

type Call = {
  readonly method?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

/** Path of a DID below `/dids`: slashes inside names are encoded. */
const path = (did: ScopedName): string => `${encodeURIComponent(did.scope)}/${encodeURIComponent(did.name)}`;

export function createRucioClient(options: RucioClientOptions): RucioClient {
  async function call(target: string, { method, body, signal }: Call = {}): Promise<string> {
    const answer = await options.fetch(`${options.baseUrl}${target}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers?.(),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
    const text = await answer.text();
    if (!answer.ok) throw errorOf(answer.status, text);
    return text;
  }
  // Infinity means "no limit"; JSON consumers such as the portal get null for it.
  const finite = (value: unknown): unknown =>
    value === Number.POSITIVE_INFINITY
      ? null
      : value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, finite(part)]))
        : value;
  const one = async <T>(target: string, request?: Call): Promise<T> =>
    finite(parseRucioJson(await call(target, request))) as T;
  const lines = async <T>(target: string, request?: Call): Promise<readonly T[]> =>
    (await call(target, request))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => finite(parseRucioJson(line)) as T);
  const run = async (target: string, request: Call): Promise<void> => void (await call(target, request));
  const query = (parameters: Readonly<Record<string, string | number | boolean | undefined>>): string => {
    const set = Object.entries(parameters).filter(([, value]) => value !== undefined);
    return set.length === 0
      ? ''
      : `?${new URLSearchParams(set.map(([key, value]): [string, string] => [key, String(value)])).toString()}`;
  };
  const names = (dids: readonly ScopedName[]) => dids.map(({ scope, name }) => ({ scope, name }));

  return {
    whoami: (signal) => one('/accounts/whoami', { signal }),
    scopes: (signal) => one('/scopes/', { signal }),
    scopesOf: (account, signal) => one(`/accounts/${account}/scopes/`, { signal }),
    listDids: (scope, search = {}, signal) =>
      lines(
        `/dids/${encodeURIComponent(scope)}/dids/search${query({
          type: search.type ?? 'all',
          long: 'True',
          recursive: search.recursive,
          limit: search.limit,
          filters: JSON.stringify(search.filters ?? [{ name: search.name ?? '*' }]),
        })}`,
        { signal },
      ),
    getDid: (did, signal) => one(`/dids/${path(did)}?dynamic_depth=FILE`, { signal }),
    getMetadata: (did, plugin = 'ALL', signal) => one(`/dids/${path(did)}/meta?plugin=${plugin}`, { signal }),
    setMetadata: (did, meta) => run(`/dids/${path(did)}/meta`, { body: { meta } }),
    deleteMetadata: (did, key) => run(`/dids/${path(did)}/meta${query({ key })}`, { method: 'DELETE' }),
    addDid: (did, type, meta) => run(`/dids/${path(did)}`, { body: { type, ...(meta ? { meta } : {}) } }),
    attach: (parent, children) => run(`/dids/${path(parent)}/dids`, { body: { dids: names(children) } }),
    detach: (parent, children) =>
      run(`/dids/${path(parent)}/dids`, { method: 'DELETE', body: { dids: names(children) } }),
    setOpen: (did, open) => run(`/dids/${path(did)}/status`, { method: 'PUT', body: { open } }),
    content: (did, signal) => lines(`/dids/${path(did)}/dids`, { signal }),
    parents: (did, signal) => lines(`/dids/${path(did)}/parents`, { signal }),
    listFiles: (did, signal) => lines(`/dids/${path(did)}/files`, { signal }),
    listReplicas: (dids, wanted = {}, signal) =>
      lines('/replicas/list', {
        body: {
          dids: names(dids),
          all_states: wanted.allStates ?? false,
          resolve_parents: wanted.resolveParents ?? false,
          ...(wanted.rseExpression === undefined ? {} : { rse_expression: wanted.rseExpression }),
        },
        signal,
      }),
    replicaDetails: (did, signal) => lines(`/x-replicas/${path(did)}`, { signal }),
    declareBad: (replicas, reason) => run('/replicas/bad', { body: { replicas, reason } }),
    rules: (filters = {}, signal) => lines(`/rules/${query(filters)}`, { signal }),
    rulesOf: (did, signal) => lines(`/dids/${path(did)}/rules`, { signal }),
    getRule: (id, signal) => one(`/rules/${id}`, { signal }),
    addRule: (rule) => one('/rules/', { body: { account: null, ...rule } }),
    updateRule: (id, changes) => run(`/rules/${id}`, { method: 'PUT', body: { options: changes } }),
    deleteRule: (id, purge) =>
      run(`/rules/${id}`, { method: 'DELETE', body: { purge_replicas: purge ?? null } }),
    ruleLocks: (id, signal) => lines(`/rules/${id}/locks`, { signal }),
    ruleAnalysis: (id, signal) => one(`/rules/${id}/analysis`, { signal }),
    ruleProgress: (id, signal) => one(`/x-rules/${id}/progress`, { signal }),
    rses: (expression, signal) => lines(`/rses/${query({ expression })}`, { signal }),
    allRses: (signal) => lines('/rses/', { signal }),
    getRse: (rse, signal) => one(`/rses/${rse}`, { signal }),
    addRse: (rse, settings) => run(`/rses/${rse}`, { body: settings }),
    addProtocol: (rse, protocol) => run(`/rses/${rse}/protocols/${protocol.scheme}`, { body: protocol }),
    rseAttributes: (rse, signal) => one(`/rses/${rse}/attr/`, { signal }),
    rseUsage: (rse, signal) => lines(`/rses/${rse}/usage`, { signal }),
    accountUsage: (account, signal) => lines(`/accounts/${account}/usage/local`, { signal }),
    accountLimits: (account, signal) => one(`/accounts/${account}/limits/local`, { signal }),
  };
}

/** The error that an answer carries; what is not in the protocol's form becomes a RucioException. */
function errorOf(status: number, text: string): RucioError {
  let errorClass = 'RucioException';
  let message = `the data lake answered ${status}`;
  try {
    const body = JSON.parse(text) as { ExceptionClass?: string; ExceptionMessage?: string };
    errorClass = body.ExceptionClass ?? errorClass;
    message = body.ExceptionMessage ?? message;
  } catch {
    // A proxy's page, not ours: the status says enough.
  }
  return isRucioErrorClass(errorClass)
    ? new RucioError(errorClass, message, { statusCode: status })
    : new RucioError('RucioException', `${errorClass}: ${message}`, { statusCode: status });
}

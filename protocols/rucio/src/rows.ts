import type { DidType } from './did.ts';
import type { LockState, ReplicaState, RuleState } from './states.ts';

/** Times on the wire are RFC 1123 text in UTC; read them with `parseRucioDate`. */
export type RucioTime = string;

export type AccountRow = {
  readonly account: string;
  readonly account_type: 'USER' | 'GROUP' | 'SERVICE';
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'DELETED';
  readonly email: string | null;
};

/** `GET /dids/<scope>/<name>`. Sizes of an open collection are null unless asked for dynamically. */
export type DidRow = {
  readonly scope: string;
  readonly name: string;
  readonly type: DidType;
  readonly account: string;
  readonly bytes: number | null;
  readonly length: number | null;
  readonly open?: boolean;
  readonly monotonic?: boolean;
  readonly expired_at?: RucioTime | null;
  readonly md5?: string | null;
  readonly adler32?: string | null;
};

/** A row of DID search with `long`. */
export type FoundDid = {
  readonly scope: string;
  readonly name: string;
  readonly did_type: DidType;
  readonly bytes: number | null;
  readonly length: number | null;
};

/** A child or a parent of a collection. */
export type ContentRow = {
  readonly scope: string;
  readonly name: string;
  readonly type: DidType;
  readonly bytes?: number | null;
  readonly adler32?: string | null;
  readonly md5?: string | null;
};

export type FileRow = {
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly guid: string | null;
  readonly events: number | null;
};

export type PfnRow = {
  readonly rse_id: string;
  readonly rse: string;
  readonly type: string;
  readonly volatile: boolean;
  readonly domain: string;
  readonly priority: number;
  readonly client_extract: boolean;
};

/** A file and where it lies. `states` names every element that has or shall have it. */
export type ReplicaRow = {
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly md5: string | null;
  readonly adler32: string | null;
  readonly pfns: Readonly<Record<string, PfnRow>>;
  readonly rses: Readonly<Record<string, readonly string[]>>;
  readonly states: Readonly<Record<string, ReplicaState>>;
  readonly parents?: readonly string[];
};

export type RuleRow = {
  readonly id: string;
  readonly account: string;
  readonly scope: string;
  readonly name: string;
  readonly did_type: DidType;
  readonly state: RuleState;
  /** Why the rule is stuck and what to do next, in sentences; null when it is not. */
  readonly error: string | null;
  readonly rse_expression: string;
  readonly copies: number;
  readonly grouping: 'ALL' | 'DATASET' | 'NONE';
  readonly expires_at: RucioTime | null;
  readonly locked: boolean;
  readonly locks_ok_cnt: number;
  readonly locks_replicating_cnt: number;
  readonly locks_stuck_cnt: number;
  readonly activity: string;
  readonly priority: number;
  readonly comments: string | null;
  readonly weight: string | null;
  readonly source_replica_expression: string | null;
  readonly purge_replicas: boolean;
  readonly ignore_availability: boolean;
  readonly ignore_account_limit: boolean;
  readonly subscription_id: string | null;
  readonly child_rule_id: string | null;
  readonly notification: string;
  readonly stuck_at: RucioTime | null;
  readonly eol_at: RucioTime | null;
  readonly split_container: boolean;
  readonly meta: unknown;
  readonly created_at: RucioTime;
  readonly updated_at: RucioTime;
  readonly bytes?: number | null;
};

export type LockRow = {
  readonly scope: string;
  readonly name: string;
  readonly rse_id: string;
  readonly rse: string;
  readonly state: LockState;
  readonly rule_id: string;
};

export type RuleAnalysis = {
  readonly rule_error: string | null;
  readonly transfers: readonly {
    readonly scope: string;
    readonly name: string;
    readonly rse_id: string;
    readonly rse: string;
    readonly attempts: number;
    readonly last_error: string | null;
    readonly last_source: string | null;
    readonly sources: readonly (readonly [string, boolean])[];
    readonly last_time: RucioTime | null;
  }[];
};

/** `GET /x-rules/<id>/progress`: additive to Rucio's API. */
export type RuleProgress = {
  readonly id: string;
  readonly state: RuleState;
  readonly error: string | null;
  readonly files: { readonly ok: number; readonly replicating: number; readonly stuck: number };
  readonly bytes: { readonly ok: number; readonly replicating: number; readonly stuck: number };
  readonly stuck: readonly {
    readonly scope: string;
    readonly name: string;
    readonly rse: string;
    readonly error: string | null;
  }[];
};

/** `GET /x-replicas/<scope>/<name>`: additive; one row per file and element. */
export type ReplicaDetail = {
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly rse: string;
  readonly state: ReplicaState;
  readonly locks: number;
  /** What is wrong with the stored bytes, from their discovery until the repair has arrived. */
  readonly damage: string | null;
  /** Elements that a damaged replica can be repaired from. */
  readonly sources: readonly string[];
  /** Why an expected replica is not there yet. */
  readonly reason: string | null;
  readonly created_at: RucioTime;
  readonly updated_at: RucioTime;
};

export type RseRow = {
  readonly id: string;
  readonly rse: string;
  readonly rse_type: string;
  readonly deterministic: boolean;
  readonly volatile: boolean;
  readonly staging_area: boolean;
  readonly availability: number;
  readonly availability_read: boolean;
  readonly availability_write: boolean;
  readonly availability_delete: boolean;
};

export type ProtocolRow = {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  readonly prefix: string;
  readonly impl: string;
  readonly domains: Readonly<Record<'lan' | 'wan', Readonly<Record<string, number | null>>>>;
  readonly extended_attributes: unknown;
};

export type RseDetail = RseRow & {
  readonly domain: readonly string[];
  readonly lfn2pfn_algorithm: string;
  readonly sign_url: string | null;
  readonly verify_checksum: boolean;
  readonly protocols: readonly ProtocolRow[];
};

export type RseUsageRow = {
  readonly rse_id: string;
  readonly rse: string;
  readonly source: string;
  readonly used: number;
  readonly free: number | null;
  readonly total: number | null;
  readonly files: number | null;
  readonly updated_at: RucioTime;
};

/** Without a limit `bytes_limit` and `bytes_remaining` are null here; on the wire they are `Infinity`. */
export type AccountUsageRow = {
  readonly rse_id: string;
  readonly rse: string;
  readonly bytes: number;
  readonly files: number;
  readonly bytes_limit: number | null;
  readonly bytes_remaining: number | null;
};

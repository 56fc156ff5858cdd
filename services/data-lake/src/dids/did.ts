/** A DID as the lake holds it. */
export type Did = {
  readonly id: number;
  readonly scope: string;
  readonly scopeId: number;
  /** Account that owns the scope: it may change the DID. */
  readonly ownerId: number;
  readonly name: string;
  readonly type: 'F' | 'D' | 'C';
  readonly account: string;
  readonly is_open: boolean | null;
  readonly monotonic: boolean;
  readonly suppressed: boolean;
  readonly availability: 'A' | 'L' | 'D';
  readonly purge_replicas: boolean;
  readonly bytes: number | null;
  readonly length: number | null;
  readonly adler32: string | null;
  readonly md5: string | null;
  readonly guid: string | null;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly closed_at: Date | null;
  readonly expired_at: Date | null;
  readonly accessed_at: Date | null;
};

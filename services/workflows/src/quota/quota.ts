import { type Database, sql } from '@vre/database';
import {
  humanReadableBytes,
  humanReadableDuration,
  ReanaError,
  type WireSize,
  wireBytes,
} from '@vre/protocol-reana';
import type { Clock } from '@vre/service';

/** What a person uses: bytes of distinct workspaces, milliseconds of run time. */
export type Usage = { readonly diskBytes: number; readonly cpuMilliseconds: number };

export interface QuotaGate {
  usage(accountId: string): Promise<Usage>;
  /** @throws ReanaError 403 when the person is over the limit. */
  check(accountId: string): Promise<void>;
  /** In the form of `/you`: without a limit neither `limit` nor `health` is there. */
  wire(accountId: string): Promise<{ readonly cpu: WireUsage; readonly disk: WireUsage }>;
}

type WireUsage = { readonly usage: WireSize; readonly limit?: WireSize; readonly health?: string };

/** Limits in bytes and milliseconds; undefined means none. */
export type QuotaLimits = {
  readonly diskBytes: number | undefined;
  readonly cpuMilliseconds: number | undefined;
};

export function createQuotaGate(database: Database, clock: Clock, limits: QuotaLimits): QuotaGate {
  const usage = async (accountId: string): Promise<Usage> => {
    const { rows } = await sql<{ disk: number; cpu: number }>`
      select
        coalesce((select sum(bytes) from (select max(workspace_bytes) as bytes from workflows.run
                  where account_id = ${accountId} and status <> 'deleted' group by workspace_id) as workspace), 0) as disk,
        coalesce((select sum(extract(epoch from coalesce(finished_at, stopped_at, ${clock.now()}) - started_at) * 1000)
                  from workflows.run where account_id = ${accountId} and started_at is not null), 0) as cpu`.execute(
      database.direct,
    );
    return { diskBytes: Number(rows[0]?.disk ?? 0), cpuMilliseconds: Math.round(Number(rows[0]?.cpu ?? 0)) };
  };
  return {
    usage,
    check: async (accountId) => {
      const { diskBytes, cpuMilliseconds } = await usage(accountId);
      const over: string[] = [];
      if (limits.diskBytes !== undefined && diskBytes >= limits.diskBytes) {
        over.push(
          `disk: ${humanReadableBytes(diskBytes)} of ${humanReadableBytes(limits.diskBytes)} are used, delete runs or files you no longer need`,
        );
      }
      if (limits.cpuMilliseconds !== undefined && cpuMilliseconds >= limits.cpuMilliseconds) {
        over.push(
          `run time: ${humanReadableDuration(cpuMilliseconds)} of ${humanReadableDuration(limits.cpuMilliseconds)} are used, ask the operator for more`,
        );
      }
      if (over.length > 0) throw new ReanaError(403, `User quota exceeded. ${over.join('; ')}.`);
    },
    wire: async (accountId) => {
      const { diskBytes, cpuMilliseconds } = await usage(accountId);
      const time = (milliseconds: number): WireSize => ({
        raw: milliseconds,
        human_readable: humanReadableDuration(milliseconds),
      });
      return {
        cpu: wireUsage(cpuMilliseconds, limits.cpuMilliseconds, time),
        disk: wireUsage(diskBytes, limits.diskBytes, wireBytes),
      };
    },
  };
}

function wireUsage(used: number, limit: number | undefined, wire: (value: number) => WireSize): WireUsage {
  if (limit === undefined) return { usage: wire(used) };
  const share = used / limit;
  const health = share >= 1 ? 'critical' : share >= 0.8 ? 'warning' : 'healthy';
  return { usage: wire(used), limit: wire(limit), health };
}

import { sql } from '@vre/database';
import { type RuleAnalysis, type RuleProgress, rucioDate, ruleStates } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { type Rule, ruleNamed } from './rule-store.ts';

/** What keeps a rule from being OK: its reason, and the last transfer of every stuck file. */
export async function analysisOf(lake: Lake, rule: Rule): Promise<RuleAnalysis> {
  const byId = await lake.rses.byId();
  const { rows } = await sql<{
    scope: string;
    name: string;
    rse_id: number;
    error: string | null;
    attempts: number | null;
    last_error: string | null;
    source_rse_id: number | null;
    at: Date | null;
    sources: number[];
  }>`
    select s.name as scope, d.name, l.rse_id, l.error, h.attempts, h.error as last_error, h.source_rse_id, h.updated_at as at,
      array(select o.rse_id from lake.replica o where o.did_id = l.did_id and o.rse_id <> l.rse_id and o.state = 'A') as sources
    from lake.lock l join lake.did d on d.id = l.did_id join lake.scope s on s.id = d.scope_id
      left join lateral (select * from lake.request_history x where x.did_id = l.did_id and x.rse_id = l.rse_id
        order by updated_at desc limit 1) as h on true
    where l.rule_id = ${rule.id} and l.state = 'S' order by d.scope_id, d.name limit 1000`.execute(
    lake.database.direct,
  );
  const name = (id: number | null) => (id === null ? null : (byId.get(id)?.name ?? null));
  return {
    rule_error: rule.error ?? ruleStates[rule.state],
    transfers: rows.map((row) => ({
      scope: row.scope,
      name: row.name,
      rse_id: byId.get(row.rse_id)?.uuid ?? '',
      rse: name(row.rse_id) ?? '',
      attempts: row.attempts ?? 0,
      last_error: row.last_error ?? row.error,
      last_source: name(row.source_rse_id),
      sources: row.sources.map((id) => [name(id) ?? '', byId.get(id)?.readable ?? false] as const),
      last_time: row.at === null ? null : rucioDate(row.at),
    })),
  };
}

/** How far a rule is, in files and bytes, with the first stuck files. */
export async function progressOf(lake: Lake, uuid: string): Promise<RuleProgress> {
  const q = lake.database.direct;
  const rule = await ruleNamed(q, uuid);
  const byId = await lake.rses.byId();
  const { rows } = await sql<{ state: 'O' | 'R' | 'S'; files: number; bytes: number }>`
    select state, count(*)::bigint as files, sum(bytes)::bigint as bytes from lake.lock where rule_id = ${rule.id}
    group by state`.execute(q);
  const of = (state: string) => rows.find((row) => row.state === state) ?? { files: 0, bytes: 0 };
  const { rows: stuck } = await sql<{ scope: string; name: string; rse_id: number; error: string | null }>`
    select s.name as scope, d.name, l.rse_id, l.error from lake.lock l join lake.did d on d.id = l.did_id
      join lake.scope s on s.id = d.scope_id
    where l.rule_id = ${rule.id} and l.state = 'S' order by d.scope_id, d.name limit 20`.execute(q);
  return {
    id: rule.uuid,
    state: ruleStates[rule.state],
    error: rule.error,
    files: { ok: of('O').files, replicating: of('R').files, stuck: of('S').files },
    bytes: { ok: of('O').bytes, replicating: of('R').bytes, stuck: of('S').bytes },
    stuck: stuck.map(({ rse_id, ...row }) => ({ ...row, rse: byId.get(rse_id)?.name ?? '(removed)' })),
  };
}

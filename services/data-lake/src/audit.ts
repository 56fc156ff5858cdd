import { sql } from '@vre/database';
import type { AuditFinding } from '@vre/service';
import type { Lake } from './lake.ts';
import { type ExpectedFile, lookAt } from './replicas/stored-bytes.ts';

const shown = 100;

/** Statements that find rows contradicting each other; each yields `subject` and `detail`. */
const invariants = {
  'a rule counts its locks': sql`
    select r.uuid as subject, format('counts %s/%s/%s, has %s/%s/%s', r.locks_ok, r.locks_replicating, r.locks_stuck, c.ok, c.replicating, c.stuck) as detail
    from lake.rule r cross join lateral (
      select count(*) filter (where state = 'O') as ok, count(*) filter (where state = 'R') as replicating,
        count(*) filter (where state = 'S') as stuck from lake.lock where rule_id = r.id) as c
    where (r.locks_ok, r.locks_replicating, r.locks_stuck) <> (c.ok, c.replicating, c.stuck)`,
  'a rule’s state follows from its locks': sql`
    select uuid as subject, format('is %s with %s/%s/%s locks', state, locks_ok, locks_replicating, locks_stuck) as detail
    from lake.rule where state in ('O', 'R', 'S')
      and state <> case when locks_stuck > 0 then 'S' when locks_replicating > 0 then 'R' else 'O' end`,
  'a replica counts its locks': sql`
    select r.did_id || '@' || r.rse_id as subject, format('counts %s locks, has %s', r.lock_cnt, c.n) as detail
    from lake.replica r cross join lateral (select count(*) as n from lake.lock l where l.did_id = r.did_id and l.rse_id = r.rse_id) as c
    where r.lock_cnt <> c.n`,
  'a locked replica has no tombstone': sql`
    select did_id || '@' || rse_id as subject, format('%s locks, tombstone %s', lock_cnt, tombstone) as detail
    from lake.replica where lock_cnt > 0 and tombstone is not null`,
  'an OK lock is on an available replica': sql`
    select l.did_id || '@' || l.rse_id as subject, format('replica is %s', r.state) as detail
    from lake.lock l join lake.replica r on r.did_id = l.did_id and r.rse_id = l.rse_id
    where l.state = 'O' and r.state not in ('A', 'T')`,
  'a replicating lock waits for something': sql`
    select l.did_id || '@' || l.rse_id as subject, format('replica is %s and no request brings it', r.state) as detail
    from lake.lock l join lake.replica r on r.did_id = l.did_id and r.rse_id = l.rse_id
    where l.state = 'R' and r.state = 'U'
      and not exists (select from lake.request q where q.did_id = l.did_id and q.rse_id = l.rse_id)`,
  'accounts are charged for their locks': sql`
    select a.name || '@' || e.name as subject, format('charged %s files and %s bytes, locks are %s and %s', coalesce(u.files, 0), coalesce(u.bytes, 0), coalesce(c.files, 0), coalesce(c.bytes, 0)) as detail
    from (select r.account_id, l.rse_id, count(*) as files, sum(l.bytes) as bytes from lake.lock l join lake.rule r on r.id = l.rule_id group by 1, 2) as c
    full join (select * from lake.account_usage where files <> 0 or bytes <> 0) as u using (account_id, rse_id)
    join lake.account a on a.id = account_id join lake.rse e on e.id = rse_id
    where (coalesce(u.files, 0), coalesce(u.bytes, 0)) <> (coalesce(c.files, 0), coalesce(c.bytes, 0))`,
  'elements count their replicas': sql`
    select e.name as subject, format('counts %s files and %s bytes, has %s and %s', coalesce(u.files, 0), coalesce(u.bytes, 0), coalesce(c.files, 0), coalesce(c.bytes, 0)) as detail
    from (select r.rse_id, count(*) as files, coalesce(sum(d.bytes), 0) as bytes from lake.replica r join lake.did d on d.id = r.did_id where r.state = 'A' group by 1) as c
    full join (select * from lake.rse_content where files <> 0 or bytes <> 0) as u using (rse_id)
    join lake.rse e on e.id = rse_id
    where (coalesce(u.files, 0), coalesce(u.bytes, 0)) <> (coalesce(c.files, 0), coalesce(c.bytes, 0))`,
  'datasets hold files, containers collections': sql`
    select p.name as subject, format('a %s holds a %s', p.type, d.type) as detail
    from lake.content c join lake.did p on p.id = c.parent_id join lake.did d on d.id = c.child_id
    where p.type = 'F' or p.type = 'D' and d.type <> 'F' or p.type = 'C' and d.type = 'F'`,
} as const;

/** Invariants between the tables; `deep` also compares every available replica's bytes with its element. */
export async function audit(lake: Lake, deep = false): Promise<readonly AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const [invariant, statement] of Object.entries(invariants)) {
    const { rows } = await sql<{ subject: string; detail: string }>`
      select * from (${statement}) as broken limit ${shown}`.execute(lake.database.direct);
    findings.push(...rows.map((row) => ({ invariant, ...row })));
  }
  const limit = new Date(lake.clock.now().getTime() - 2 * lake.config['upload-grace'] * 1000);
  const { rows: copying } = await sql<{ subject: string }>`
    select s.name || ':' || d.name as subject from lake.replica r join lake.did d on d.id = r.did_id
      join lake.scope s on s.id = d.scope_id where r.state = 'C' and r.updated_at < ${limit} limit ${shown}`.execute(
    lake.database.direct,
  );
  findings.push(
    ...copying.map(({ subject }) => ({
      invariant: 'uploads end',
      subject,
      detail: 'COPYING for longer than twice the grace: is the upload-reconciler running?',
    })),
  );
  return deep ? [...findings, ...(await auditStorage(lake))] : findings;
}

async function auditStorage(lake: Lake): Promise<readonly AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const rse of await lake.rses.all()) {
    if (!lake.storage(rse.name)) continue;
    let pending: ExpectedFile[] = [];
    const look = async () => {
      for (const found of await lookAt(lake, rse, pending, true))
        if (found.finding !== 'right')
          findings.push({
            invariant: 'storage agrees with the catalogue',
            subject: rse.name,
            detail: found.sentence,
          });
      pending = [];
    };
    const rows = lake.database.stream(sql<ExpectedFile>`
      select s.name as scope, d.name, r.path, d.bytes, d.adler32 from lake.replica r join lake.did d on d.id = r.did_id
        join lake.scope s on s.id = d.scope_id where r.rse_id = ${rse.id} and r.state = 'A' order by d.id`);
    for await (const row of rows) if (pending.push(row) === 500) await look();
    await look();
  }
  return findings;
}

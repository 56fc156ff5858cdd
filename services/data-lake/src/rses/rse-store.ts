import { type Queryable, sql } from '@vre/database';
import type { Protocol } from './rse.ts';

export type RseColumns = {
  readonly type: 'DISK' | 'TAPE';
  readonly deterministic: boolean;
  readonly volatile: boolean;
  readonly staging_area: boolean;
  readonly availability_read: boolean;
  readonly availability_write: boolean;
  readonly availability_delete: boolean;
  readonly qos_class: string | null;
};

/** Id of the new element, `undefined` when the name is taken. */
export async function insertRse(
  q: Queryable,
  rse: { readonly uuid: string; readonly name: string },
  columns: Partial<RseColumns>,
  place: object,
  now: Date,
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into lake.rse (uuid, name, type, deterministic, volatile, staging_area, availability_read,
      availability_write, availability_delete, qos_class, place, created_at, updated_at)
    values (${rse.uuid}, ${rse.name}, ${columns.type ?? 'DISK'}, ${columns.deterministic ?? true},
      ${columns.volatile ?? false}, ${columns.staging_area ?? false}, ${columns.availability_read ?? true},
      ${columns.availability_write ?? true}, ${columns.availability_delete ?? true}, ${columns.qos_class ?? null},
      ${JSON.stringify(place)}::jsonb, ${now}, ${now})
    on conflict (name) do nothing returning id`.execute(q);
  return rows[0]?.id;
}

export async function updateRse(
  q: Queryable,
  id: number,
  columns: Partial<RseColumns> & { readonly name?: string },
  place: object,
  now: Date,
): Promise<void> {
  await sql`
    update lake.rse set
      name = coalesce(${columns.name ?? null}, name),
      type = coalesce(${columns.type ?? null}, type),
      deterministic = coalesce(${columns.deterministic ?? null}, deterministic),
      volatile = coalesce(${columns.volatile ?? null}, volatile),
      staging_area = coalesce(${columns.staging_area ?? null}, staging_area),
      availability_read = coalesce(${columns.availability_read ?? null}, availability_read),
      availability_write = coalesce(${columns.availability_write ?? null}, availability_write),
      availability_delete = coalesce(${columns.availability_delete ?? null}, availability_delete),
      qos_class = coalesce(${columns.qos_class ?? null}, qos_class),
      place = place || ${JSON.stringify(place)}::jsonb, updated_at = ${now}
    where id = ${id}`.execute(q);
}

/** False when replicas are still there. The name becomes free, history keeps the row. */
export async function deleteRse(q: Queryable, id: number, now: Date): Promise<boolean> {
  const { rows } = await sql`
    update lake.rse set deleted_at = ${now}, name = name || '#' || id, updated_at = ${now}
    where id = ${id} and not exists (select from lake.replica where rse_id = ${id}) returning id`.execute(q);
  return rows.length > 0;
}

/** False when the attribute is set already and `replace` is not. */
export async function setAttribute(
  q: Queryable,
  rseId: number,
  key: string,
  value: unknown,
  replace: boolean,
): Promise<boolean> {
  const { rows } = await sql`
    insert into lake.rse_attribute (rse_id, key, value) values (${rseId}, ${key}, ${JSON.stringify(value)}::jsonb)
    on conflict (rse_id, key) do update set value = excluded.value where ${replace} returning key`.execute(q);
  return rows.length > 0;
}

export async function deleteAttribute(q: Queryable, rseId: number, key: string): Promise<boolean> {
  const { rows } = await sql`
    delete from lake.rse_attribute where rse_id = ${rseId} and key = ${key} returning key`.execute(q);
  return rows.length > 0;
}

export async function insertProtocol(
  q: Queryable,
  rseId: number,
  protocol: Omit<Protocol, 'id'>,
): Promise<boolean> {
  const { rows } = await sql`
    insert into lake.rse_protocol (rse_id, scheme, hostname, port, prefix, impl, domains, extended_attributes)
    values (${rseId}, ${protocol.scheme}, ${protocol.hostname}, ${protocol.port}, ${protocol.prefix}, ${protocol.impl},
      ${JSON.stringify(protocol.domains)}::jsonb, ${JSON.stringify(protocol.extendedAttributes ?? null)}::jsonb)
    on conflict do nothing returning id`.execute(q);
  return rows.length > 0;
}

export async function updateProtocol(q: Queryable, protocol: Protocol): Promise<void> {
  await sql`
    update lake.rse_protocol set hostname = ${protocol.hostname}, port = ${protocol.port}, prefix = ${protocol.prefix},
      impl = ${protocol.impl}, domains = ${JSON.stringify(protocol.domains)}::jsonb,
      extended_attributes = ${JSON.stringify(protocol.extendedAttributes ?? null)}::jsonb
    where id = ${protocol.id}`.execute(q);
}

export async function deleteProtocols(q: Queryable, ids: readonly number[]): Promise<void> {
  await sql`delete from lake.rse_protocol where id = any(${[...ids]}::int[])`.execute(q);
}

export async function setDistance(
  q: Queryable,
  source: number,
  destination: number,
  distance: number,
  replace: boolean,
): Promise<boolean> {
  const { rows } = await sql`
    insert into lake.rse_distance (source_id, destination_id, distance) values (${source}, ${destination}, ${distance})
    on conflict (source_id, destination_id) do update set distance = excluded.distance where ${replace}
    returning distance`.execute(q);
  return rows.length > 0;
}

export async function deleteDistance(q: Queryable, source: number, destination: number): Promise<boolean> {
  const { rows } = await sql`
    delete from lake.rse_distance where source_id = ${source} and destination_id = ${destination}
    returning distance`.execute(q);
  return rows.length > 0;
}

export async function limitsOf(q: Queryable, rseId: number): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; value: number }>`
    select name, value from lake.rse_limit where rse_id = ${rseId} order by name`.execute(q);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

export async function setLimit(q: Queryable, rseId: number, name: string, value: number): Promise<void> {
  await sql`
    insert into lake.rse_limit (rse_id, name, value) values (${rseId}, ${name}, ${value})
    on conflict (rse_id, name) do update set value = excluded.value`.execute(q);
}

export async function deleteLimit(q: Queryable, rseId: number, name: string): Promise<void> {
  await sql`delete from lake.rse_limit where rse_id = ${rseId} and name = ${name}`.execute(q);
}

export type UsageRow = {
  readonly source: string;
  readonly used: number | null;
  readonly free: number | null;
  readonly files: number | null;
  readonly updated_at: Date;
};

/** The lake's own count (`rucio`) and what others reported. */
export async function usageOf(q: Queryable, rseId: number, now: Date): Promise<readonly UsageRow[]> {
  const { rows } = await sql<UsageRow>`
    select 'rucio' as source, coalesce(sum(bytes), 0)::bigint as used, null::bigint as free,
      coalesce(sum(files), 0)::bigint as files, ${now}::timestamptz as updated_at
    from lake.rse_content where rse_id = ${rseId}
    union all
    select source, used, free, files, updated_at from lake.rse_usage where rse_id = ${rseId}
    order by source`.execute(q);
  return rows;
}

export async function setUsage(
  q: Queryable,
  rseId: number,
  usage: {
    readonly source: string;
    readonly used: number | null;
    readonly free: number | null;
    readonly files: number | null;
  },
  now: Date,
): Promise<void> {
  await sql`
    insert into lake.rse_usage (rse_id, source, used, free, files, updated_at)
    values (${rseId}, ${usage.source}, ${usage.used}, ${usage.free}, ${usage.files}, ${now})
    on conflict (rse_id, source) do update set used = excluded.used, free = excluded.free, files = excluded.files,
      updated_at = excluded.updated_at`.execute(q);
}

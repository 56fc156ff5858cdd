import { sql } from '@vre/database';
import {
  type MetalinkFile,
  type PfnRow,
  type ReplicaRow,
  replicaStates,
  type ScopedName,
} from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { pfnOf, replicaPath } from '../rses/pfn.ts';
import { type Domain, protocolsFor, type Rse } from '../rses/rse.ts';
import type { ReplicaStateLetter } from './replica-store.ts';
import { isUnattached } from './unattached.ts';

export type ListRequest = {
  readonly dids: readonly ScopedName[];
  readonly schemes: readonly string[] | undefined;
  readonly domain: Domain | 'all';
  /** Elements that cannot be read now are listed as well. */
  readonly ignoreAvailability: boolean;
  readonly allStates: boolean;
  /** Leaves out replicas that arrived and that nothing refers to. */
  readonly withoutUnattached: boolean;
  readonly elements: readonly Rse[];
  readonly site: string | undefined;
  readonly resolveParents: boolean;
  readonly updatedAfter: Date | undefined;
  readonly atMost: number | undefined;
  readonly shuffle: boolean;
};

export type ListedFile = ScopedName & {
  readonly bytes: number | null;
  readonly md5: string | null;
  readonly adler32: string | null;
  readonly parents: readonly string[] | null;
  readonly replicas: readonly {
    readonly rse: number;
    readonly state: ReplicaStateLetter;
    readonly path: string | null;
  }[];
};

/** Names of everything above each file. Collections are few, so what lies above them is found once, not per file. */
const ancestors = sql`,
    direct (file, collection) as (
      select c.child_id, c.parent_id from below b join lake.content c on c.child_id = b.id where b.type = 'F'),
    above (collection, id) as (
      select distinct collection, collection from direct
      union
      select above.collection, c.parent_id from above join lake.content c on c.child_id = above.id),
    ancestry (file, names) as (
      select direct.file, array_agg(distinct s.name || ':' || d.name)
      from direct join above on above.collection = direct.collection join lake.did d on d.id = above.id
        join lake.scope s on s.id = d.scope_id
      group by direct.file)`;

/** Files of DIDs, each once, with their replicas on the elements asked for, streamed from a cursor. */
export function streamFilesWithReplicas(lake: Lake, request: ListRequest): AsyncGenerator<ListedFile> {
  const states = request.allStates ? ['A', 'U', 'C', 'B', 'D', 'T'] : ['A'];
  const elements = request.elements.map(({ id }) => id);
  const updated =
    request.updatedAfter === undefined ? sql`true` : sql`r.updated_at >= ${request.updatedAfter}`;
  return lake.database.stream(sql<ListedFile>`
    with recursive wanted as (
      select d.id, d.type from unnest(${request.dids.map(({ scope }) => scope)}::text[],
        ${request.dids.map(({ name }) => name)}::text[]) as wanted (scope, name)
      join lake.scope s on s.name = wanted.scope
      join lake.did d on d.scope_id = s.id and d.name = wanted.name),
    below (id, type) as (
      select id, type from wanted
      union
      select c.child_id, d.type from below b join lake.content c on c.parent_id = b.id
        join lake.did d on d.id = c.child_id where b.type <> 'F')
    ${request.resolveParents ? ancestors : sql``}
    select s.name as scope, d.name, d.bytes, d.md5, d.adler32, coalesce(found.replicas, '[]') as replicas,
      ${request.resolveParents ? sql`ancestry.names` : sql`null::text[]`} as parents
    from below b join lake.did d on d.id = b.id join lake.scope s on s.id = d.scope_id
    left join lateral (
      select jsonb_agg(jsonb_build_object('rse', r.rse_id, 'state', r.state, 'path', r.path)) as replicas
      from lake.replica r where r.did_id = d.id and r.rse_id = any(${elements}::int[])
        and r.state = any(${states}::text[]) and ${updated}
        and ${request.withoutUnattached ? sql`not (${isUnattached})` : sql`true`}) as found on true
    ${request.resolveParents ? sql`left join ancestry on ancestry.file = b.id` : sql``}
    where b.type = 'F'`);
}

/** Replicas without bytes that could be read have no PFN: uploads under way, bad and vanishing ones. */
const withoutPfn: readonly ReplicaStateLetter[] = ['C', 'D', 'B'];

type Offer = { readonly pfn: string; readonly rse: Rse; readonly domain: Domain };

/** Ways to read a file, best first: near ones before far ones, by chance among equals when asked for. */
function offersOf(
  file: ListedFile,
  request: ListRequest,
  byId: ReadonlyMap<number, Rse>,
  random: () => number,
): readonly Offer[] {
  const offers: (Offer & { readonly order: number })[] = [];
  for (const replica of file.replicas) {
    const rse = byId.get(replica.rse);
    if (!rse || withoutPfn.includes(replica.state)) continue;
    const near = request.site !== undefined && rse.attributes.get('site') === request.site;
    const domains: readonly Domain[] =
      request.domain === 'all' ? ['lan', 'wan'] : request.domain === 'lan' || near ? ['lan'] : ['wan'];
    for (const domain of domains) {
      const readable = protocolsFor(rse, 'read', domain);
      const chosen =
        request.schemes === undefined
          ? readable.slice(0, 1)
          : readable.filter(({ scheme }) => request.schemes?.includes(scheme));
      for (const protocol of chosen) {
        const pfn = pfnOf(protocol, replicaPath(rse, file.scope, file.name, replica.path));
        offers.push({
          pfn,
          rse,
          domain,
          order: (domain === 'lan' ? 0 : 1) + (request.shuffle ? random() / 2 : 0),
        });
      }
    }
  }
  offers.sort((a, b) => a.order - b.order);
  const unique = offers.filter((offer, index) => offers.findIndex(({ pfn }) => pfn === offer.pfn) === index);
  return request.atMost === undefined ? unique : unique.slice(0, request.atMost);
}

export function replicaRow(
  file: ListedFile,
  request: ListRequest,
  byId: ReadonlyMap<number, Rse>,
  random: () => number,
): ReplicaRow {
  const pfns: Record<string, PfnRow> = {};
  const rses: Record<string, string[]> = {};
  for (const [index, { pfn, rse, domain }] of offersOf(file, request, byId, random).entries()) {
    pfns[pfn] = {
      rse_id: rse.uuid,
      rse: rse.name,
      type: rse.type,
      volatile: rse.volatile,
      domain,
      priority: index + 1,
      client_extract: false,
    };
    rses[rse.name] = [...(rses[rse.name] ?? []), pfn];
  }
  const states = Object.fromEntries(
    file.replicas.flatMap(({ rse, state }) => {
      const name = byId.get(rse)?.name;
      return name === undefined ? [] : [[name, replicaStates[state]]];
    }),
  );
  return {
    scope: file.scope,
    name: file.name,
    bytes: file.bytes,
    md5: file.md5,
    adler32: file.adler32,
    pfns,
    rses,
    states,
    ...(request.resolveParents ? { parents: file.parents ?? [] } : {}),
  };
}

export function metalinkOf(
  file: ListedFile,
  request: ListRequest,
  byId: ReadonlyMap<number, Rse>,
  random: () => number,
): MetalinkFile {
  return {
    scope: file.scope,
    name: file.name,
    bytes: file.bytes,
    adler32: file.adler32,
    md5: file.md5,
    parents: request.resolveParents ? (file.parents ?? []) : undefined,
    urls: offersOf(file, request, byId, random).map(({ pfn, rse, domain }, index) => ({
      pfn,
      rse: rse.name,
      domain,
      priority: index + 1,
      clientExtract: false,
    })),
  };
}

export type DatasetReplica = ScopedName & {
  readonly rse_id: number;
  readonly length: number;
  readonly bytes: number;
  readonly available_length: number;
  readonly available_bytes: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly accessed_at: Date | null;
};

/** What each element has of datasets, counted now. */
export const streamDatasetReplicas = (
  lake: Lake,
  of: { readonly datasetIds: readonly number[] } | { readonly rseId: number },
): AsyncGenerator<DatasetReplica> =>
  lake.database.stream(sql<DatasetReplica>`
    select s.name as scope, d.name, r.rse_id, total.length, total.bytes,
      count(*) filter (where r.state = 'A')::bigint as available_length,
      coalesce(sum(f.bytes) filter (where r.state = 'A'), 0)::bigint as available_bytes,
      min(r.created_at) as created_at, max(r.updated_at) as updated_at, max(r.accessed_at) as accessed_at
    from lake.did d join lake.scope s on s.id = d.scope_id
      join lake.content c on c.parent_id = d.id join lake.did f on f.id = c.child_id
      join lake.replica r on r.did_id = f.id
      cross join lateral (select count(*)::bigint as length, coalesce(sum(x.bytes), 0)::bigint as bytes
        from lake.content y join lake.did x on x.id = y.child_id where y.parent_id = d.id) as total
    where d.type = 'D' and ${'rseId' in of ? sql`r.rse_id = ${of.rseId}` : sql`d.id = any(${[...of.datasetIds]}::bigint[])`}
    group by s.name, d.name, r.rse_id, total.length, total.bytes order by s.name, d.name, r.rse_id`);

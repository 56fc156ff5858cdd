import { sendLines } from '@vre/http-server';
import {
  addReplicasSchema,
  deleteReplicasSchema,
  didListSchema,
  didsBodySchema,
  listReplicasSchema,
  metalinkEpilog,
  metalinkFile,
  metalinkProlog,
  parseRucioDate,
  pfnsSchema,
  RucioError,
  rucioDate,
  scopedName,
  tombstonesSchema,
  updateReplicasSchema,
} from '@vre/protocol-rucio';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { didNamed, didsNamed } from '../dids/did-store.ts';
import type { Lake } from '../lake.ts';
import { mapped, sendCreated, sendDone, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { didPath } from '../rest/did-path.ts';
import { parameter, segment } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import type { Domain, Rse } from '../rses/rse.ts';
import { badReplicaRoutes } from './bad-replica-routes.ts';
import { didsOfPfns } from './bad-replica-service.ts';
import { replicaDetail, streamReplicaDetails } from './replica-details.ts';
import * as list from './replica-list.ts';
import { addReplicas } from './replica-registration.ts';
import { deleteReplicas, updateStates } from './replica-states.ts';
import { isUploadCommand } from './unattached.ts';

const sortings = ['geoip', 'custom_table', 'random', 'distance', 'dynamic'];
const metalinkType = 'application/metalink4+xml';

/** `/replicas/…` and our own `/x-replicas/…`. */
export function replicaRoutes(app: FastifyInstance, lake: Lake): void {
  const q = lake.database.direct;
  badReplicaRoutes(app, lake);

  app.post('/replicas', async (request, reply) => {
    const { rse, files, ignore_availability } = bodyOf(request, addReplicasSchema);
    await lake.database.transaction((transaction) =>
      addReplicas(lake, transaction, callerOf(request), rse, files, {
        ignoreAvailability: ignore_availability ?? false,
        startsOver: isUploadCommand(request),
      }),
    );
    return sendCreated(reply);
  });
  app.put('/replicas', async (request, reply) => {
    const { rse, files } = bodyOf(request, updateReplicasSchema);
    await updateStates(lake, callerOf(request), rse, files);
    return sendDone(reply);
  });
  app.delete('/replicas', async (request, reply) => {
    const { rse, files } = bodyOf(request, deleteReplicasSchema);
    await deleteReplicas(lake, callerOf(request), rse, files);
    return sendDone(reply);
  });

  async function sendList(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: z.output<typeof listReplicasSchema>,
  ) {
    const accept = request.headers.accept ?? '*/*';
    const asMetalink = accept.includes(metalinkType);
    if (!asMetalink && !/\*\/\*|application\/(\*|json|x-json-stream)/.test(accept))
      throw new RucioError(
        'UnsupportedRequestedContentType',
        `Replicas are listed as JSON lines or ${metalinkType}`,
      );
    const sort = wanted.sort ?? parameter(request, 'select') ?? parameter(request, 'sort');
    if (sort !== undefined && sort !== 'None' && !sortings.includes(sort))
      throw new RucioError(
        'SortingAlgorithmNotSupported',
        `Replicas are sorted by ${sortings.join(', ')}, not ${sort.slice(0, 50)}`,
      );
    const all = await lake.rses.all();
    const matching = wanted.rse_expression ? await lake.rses.matching(wanted.rse_expression) : all;
    const after = wanted.updated_after == null ? undefined : parseRucioDate(String(wanted.updated_after));
    const site = wanted.client_location?.site;
    const listed: list.ListRequest = {
      dids: wanted.dids,
      schemes: wanted.schemes ?? (asMetalink ? allSchemes(all) : undefined),
      domain: domainOf(wanted.domain ?? 'wan'),
      ignoreAvailability: wanted.ignore_availability ?? true,
      allStates: wanted.all_states ?? false,
      withoutUnattached: isUploadCommand(request),
      elements: (wanted.ignore_availability ?? true) ? matching : matching.filter(({ readable }) => readable),
      site: typeof site === 'string' ? site : undefined,
      resolveParents: wanted.resolve_parents ?? false,
      updatedAfter: after,
      atMost: wanted.nrandom ?? undefined,
      shuffle: true,
    };
    const byId = await lake.rses.byId();
    const rows = list.streamFilesWithReplicas(lake, listed);
    if (!asMetalink) return sendRows(reply, rows, (file) => list.replicaRow(file, listed, byId, lake.random));
    return sendLines(reply, rows, {
      contentType: metalinkType,
      prolog: metalinkProlog,
      epilog: metalinkEpilog,
      line: (file) => metalinkFile(list.metalinkOf(file, listed, byId, lake.random)),
    });
  }
  app.post('/replicas/list', (request, reply) =>
    sendList(request, reply, bodyOf(request, listReplicasSchema)),
  );

  app.post('/replicas/dids', async (request, reply) => {
    const { pfns, rse } = bodyOf(request, pfnsSchema);
    const elements = rse == null ? await lake.rses.all() : [await lake.rses.named(rse)];
    const found = await didsOfPfns(q, elements, pfns);
    return sendRows(
      reply,
      [...found].map(([pfn, { scope, name }]) => ({ [pfn]: { scope, name } })),
    );
  });

  app.post('/replicas/tombstone', async (request, reply) => {
    const { replicas } = bodyOf(request, tombstonesSchema);
    for (const rse of new Set(replicas.map((replica) => replica.rse)))
      await deleteReplicas(
        lake,
        callerOf(request),
        rse,
        replicas.filter((replica) => replica.rse === rse),
      );
    return sendCreated(reply);
  });

  const datasetRows = async (rows: AsyncIterable<list.DatasetReplica>) => {
    const byId = await lake.rses.byId();
    return mapped(rows, (row) => ({
      ...row,
      rse: byId.get(row.rse_id)?.name ?? null,
      rse_id: byId.get(row.rse_id)?.uuid ?? null,
      state: row.available_length === row.length ? 'AVAILABLE' : 'UNAVAILABLE',
      created_at: rucioDate(row.created_at),
      updated_at: rucioDate(row.updated_at),
      accessed_at: row.accessed_at === null ? null : rucioDate(row.accessed_at),
    }));
  };
  app.post('/replicas/datasets_bulk', async (request, reply) => {
    const dids = await didsNamed(q, bodyOf(request, didsBodySchema).dids);
    return sendRows(
      reply,
      await datasetRows(list.streamDatasetReplicas(lake, { datasetIds: dids.map(({ id }) => id) })),
    );
  });
  app.get('/replicas/rse/:rse', async (request, reply) => {
    const rse = await lake.rses.named(segment(request, 'rse'));
    return sendRows(reply, await datasetRows(list.streamDatasetReplicas(lake, { rseId: rse.id })));
  });
  app.get('/replicas/*', async (request, reply) => {
    const { suffix, scope, name } = didPath(request.raw.url ?? '', '/replicas', ['datasets', 'datasets_vp']);
    const did = await didNamed(q, { scope, name });
    if (suffix !== '')
      return sendRows(reply, await datasetRows(list.streamDatasetReplicas(lake, { datasetIds: [did.id] })));
    const schemes = parameter(request, 'schemes')?.split(',');
    return sendList(request, reply, { dids: didListSchema.parse([{ scope, name }]), schemes });
  });

  app.get('/x-replicas/*', async (request, reply) => {
    const { scope, name } = didPath(request.raw.url ?? '', '/x-replicas', []);
    const did = await didNamed(q, { scope, name });
    const byId = await lake.rses.byId();
    return sendRows(
      reply,
      mapped(streamReplicaDetails(lake, did.id), (row) => replicaDetail(row, byId)),
    );
  });
}

const allSchemes = (elements: readonly Rse[]): readonly string[] => [
  ...new Set(elements.flatMap(({ protocols }) => protocols.map(({ scheme }) => scheme))),
];

function domainOf(text: string): Domain | 'all' {
  const lower = text.toLowerCase();
  if (lower === 'lan' || lower === 'wan' || lower === 'all') return lower;
  throw new RucioError(
    'InvalidObject',
    `Problem validating domain : lan, wan or all is expected, got ${scopedName({ scope: '', name: lower }).slice(1, 50)}`,
  );
}

import {
  addDidSchema,
  addDidsSchema,
  attachmentsSchema,
  attachSchema,
  bulkMetadataSchema,
  detachSchema,
  didsBodySchema,
  didTypes,
  RucioError,
  rucioDate,
  type ScopedName,
  setMetadataOfDidsSchema,
  setMetadataSchema,
  setMetadataValueSchema,
  statusSchema,
} from '@vre/protocol-rucio';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Lake } from '../lake.ts';
import * as metadata from '../metadata/metadata-service.ts';
import { forlornUploads, isUploadCommand } from '../replicas/unattached.ts';
import { mapped, sendCreated, sendDone, sendJson, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { didPath } from '../rest/did-path.ts';
import { count, flag, parameter } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import { ruleRow } from '../rules/rule-rows.ts';
import { streamRules } from '../rules/rule-store.ts';
import { scopeNamed } from '../scopes/scope-store.ts';
import * as contents from './content-store.ts';
import { condition, parseFilters } from './did-filter.ts';
import { contentRow, didRow } from './did-rows.ts';
import { searchDids } from './did-search.ts';
import * as service from './did-service.ts';
import * as store from './did-store.ts';

type Handler = (
  request: FastifyRequest,
  reply: FastifyReply,
  did: ScopedName & { readonly rest: string },
) => Promise<FastifyReply> | FastifyReply;

const searchWords = ['type', 'filters', 'long', 'recursive', 'limit', 'ignore_dids'];
const sampleSchema = z.object({
  input_scope: z.string(),
  input_name: z.string(),
  output_scope: z.string(),
  output_name: z.string(),
  nbfiles: z.coerce.number().int().min(1).max(1_000_000),
});

/** `/dids/…`. Names come with encoded or bare slashes, so paths are taken apart here and not by the router. */
export function didRoutes(app: FastifyInstance, lake: Lake): void {
  const { database } = lake;
  const q = database.direct;

  app.post('/dids', async (request, reply) => {
    await service.addDids(lake, callerOf(request), bodyOf(request, addDidsSchema));
    return sendCreated(reply);
  });
  app.post('/dids/attachments', async (request, reply) => {
    const { attachments, ignore_duplicate } = bodyOf(request, attachmentsSchema);
    await service.attach(
      lake,
      callerOf(request),
      attachments.map(({ scope, name, dids, rse }) => ({
        parent: { scope, name },
        children: dids,
        rse: rse ?? undefined,
      })),
      ignore_duplicate ?? false,
    );
    return sendCreated(reply);
  });
  app.post('/dids/bulkfiles', async (request, reply) => {
    const dids = await store.didsNamed(q, bodyOf(request, didsBodySchema).dids);
    return sendRows(
      reply,
      contents.streamFilesByParent(
        database,
        dids.map(({ id }) => id),
      ),
    );
  });
  app.post('/dids/bulkmeta', async (request, reply) => {
    const { dids, plugin } = bodyOf(request, bulkMetadataSchema);
    const wanted = metadata.pluginOf(plugin ?? undefined);
    const found = await store.didsNamed(q, dids);
    return sendRows(
      reply,
      found.map((did) => ({ ...metadata.metadataOf(did, wanted), scope: did.scope, name: did.name })),
    );
  });
  app.post('/dids/bulkdidsmeta', async (request, reply) => {
    const { dids, recursive } = bodyOf(request, setMetadataOfDidsSchema);
    await database.transaction((transaction) =>
      metadata.setMetadata(lake, transaction, callerOf(request), dids, recursive ?? false),
    );
    return sendCreated(reply);
  });
  app.post('/dids/sample', async (request, reply) => {
    const body = bodyOf(request, sampleSchema);
    await service.sample(
      lake,
      callerOf(request),
      { scope: body.input_scope, name: body.input_name },
      { scope: body.output_scope, name: body.output_name },
      body.nbfiles,
    );
    return sendCreated(reply);
  });

  const search: Handler = async (request, reply, { scope }) => {
    const query = request.query as Record<string, string>;
    const filters = query.filters;
    const groups =
      filters === undefined
        ? [
            Object.entries(query)
              .filter(([key]) => !searchWords.includes(key))
              .map(([key, value]) => condition(key, value)),
          ]
        : parseFilters(filters);
    const rows = searchDids(database, {
      scopeId: (await scopeNamed(q, scope)).id,
      groups,
      type: query.type ?? 'collection',
      recursive: flag(request, 'recursive'),
      limit: count(request, 'limit'),
    });
    if (!flag(request, 'long'))
      return sendRows(
        reply,
        mapped(rows, ({ name }) => name),
      );
    return sendRows(
      reply,
      mapped(rows, ({ type, ...row }) => ({ ...row, did_type: didTypes[type] })),
    );
  };
  const tree: Handler = async (request, reply, { scope }) =>
    sendRows(
      reply,
      mapped(
        contents.streamTree(
          database,
          (await scopeNamed(q, scope)).id,
          parameter(request, 'name'),
          flag(request, 'recursive'),
        ),
        ({ type, ...row }) => ({ ...row, type: didTypes[type] }),
      ),
    );
  const show: Handler = async (request, reply, name) => {
    if (name.name === '') return tree(request, reply, name);
    const did = await store.didAsked(database, name);
    const depth =
      parameter(request, 'dynamic_depth')?.toUpperCase() ?? (flag(request, 'dynamic') ? 'FILE' : undefined);
    const size =
      depth === undefined || did.type === 'F'
        ? undefined
        : await store.sizeOf(q, did.id, depth === 'DATASET' && did.type === 'C' ? 'D' : 'F');
    return sendJson(reply, didRow(did, size));
  };
  const rulesOf =
    (which: 'of' | 'through'): Handler =>
    async (_request, reply, name) => {
      const { id } = await store.didNamed(q, name);
      return sendRows(
        reply,
        mapped(streamRules(database, which === 'of' ? { didId: id } : { fileId: id }), ruleRow),
      );
    };

  const table: Readonly<Record<string, Handler>> = {
    'GET ': show,
    'GET dids/search': search,
    'GET status': show,
    'GET dids': async (_request, reply, name) =>
      sendRows(
        reply,
        mapped(contents.streamContent(database, (await store.didNamed(q, name)).id), contentRow),
      ),
    'GET dids/history': async (_request, reply, name) =>
      sendRows(
        reply,
        mapped(contents.streamContentHistory(database, (await store.didNamed(q, name)).id), (row) => ({
          ...contentRow(row),
          created_at: rucioDate(row.created_at),
          updated_at: rucioDate(row.deleted_at ?? row.created_at),
          deleted_at: row.deleted_at === null ? null : rucioDate(row.deleted_at),
        })),
      ),
    'GET files': async (request, reply, name) => {
      const long = (request.query as Record<string, string>).long !== undefined;
      const rows = contents.streamFiles(database, [(await store.didNamed(q, name)).id]);
      return sendRows(reply, rows, ({ scope, name: file, bytes, adler32, guid, events, lumiblocknr }) => ({
        scope,
        name: file,
        bytes,
        adler32,
        events,
        guid: guid?.replaceAll('-', '').toUpperCase() ?? null,
        ...(long ? { lumiblocknr } : {}),
      }));
    },
    'GET parents': async (_request, reply, name) =>
      sendRows(
        reply,
        mapped(
          contents.streamParents(database, (await store.didNamed(q, name)).id),
          ({ scope, name: parent, type }) => ({
            scope,
            name: parent,
            type: didTypes[type],
          }),
        ),
      ),
    'GET rules': rulesOf('of'),
    'GET associated_rules': rulesOf('through'),
    'GET meta': async (request, reply, name) => {
      const did = await store.didNamed(q, name);
      if (
        isUploadCommand(request) &&
        (await forlornUploads(q, [did.id], callerOf(request).accountId)).size > 0
      )
        throw store.didNotFound(name);
      return sendJson(reply, metadata.metadataOf(did, metadata.pluginOf(parameter(request, 'plugin'))));
    },
    'POST meta': async (request, reply, did) => {
      const body =
        did.rest === '' ? bodyOf(request, setMetadataSchema) : bodyOf(request, setMetadataValueSchema);
      const meta = 'meta' in body ? body.meta : { [did.rest]: body.value };
      await database.transaction((transaction) =>
        metadata.setMetadata(
          lake,
          transaction,
          callerOf(request),
          [{ ...did, meta }],
          body.recursive ?? false,
        ),
      );
      return sendCreated(reply);
    },
    'DELETE meta': async (request, reply, name) => {
      const key = parameter(request, 'key');
      if (key === undefined) throw new RucioError('KeyError', "'key' not defined");
      await metadata.deleteMetadata(lake, callerOf(request), name, key);
      return sendDone(reply);
    },
    'POST ': async (request, reply, { scope, name }) => {
      await service.addDids(lake, callerOf(request), [{ ...bodyOf(request, addDidSchema), scope, name }]);
      return sendCreated(reply);
    },
    'POST dids': async (request, reply, parent) => {
      const { dids, rse } = bodyOf(request, attachSchema);
      await service.attach(
        lake,
        callerOf(request),
        [{ parent, children: dids, rse: rse ?? undefined }],
        false,
      );
      return sendCreated(reply);
    },
    'DELETE dids': async (request, reply, parent) => {
      await service.detach(lake, callerOf(request), parent, bodyOf(request, detachSchema).dids);
      return sendDone(reply);
    },
    'PUT status': async (request, reply, name) => {
      await service.setStatus(lake, callerOf(request), name, bodyOf(request, statusSchema).open);
      return sendDone(reply);
    },
  };
  const suffixes = [
    'dids',
    'dids/history',
    'files',
    'parents',
    'rules',
    'associated_rules',
    'meta',
    'meta/*',
    'status',
  ];
  app.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/dids/*',
    handler: async (request, reply) => {
      const raw = request.raw.url ?? '';
      const searched = /^\/+dids\/+([^/?]+)\/dids\/search\/?(\?|$)/.exec(raw);
      const { suffix, ...did } = searched
        ? { ...didPath(`/dids/${searched[1]}`, '/dids', []), suffix: 'dids/search' }
        : didPath(raw, '/dids', suffixes);
      const handler = table[`${request.method} ${suffix}`];
      if (handler) return handler(request, reply, did);
      throw new RucioError('InvalidRequest', `${request.method} is not offered at ${raw.split('?')[0]}`, {
        statusCode: 405,
      });
    },
  });
}

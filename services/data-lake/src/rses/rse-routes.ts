import {
  attributeValueSchema,
  distanceSchema,
  namedLimitSchema,
  protocolSchema,
  RucioError,
  rseSettingsSchema,
  rseUsageSchema,
  rucioDate,
} from '@vre/protocol-rucio';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Lake } from '../lake.ts';
import { requirePermission } from '../policy.ts';
import { sendCreated, sendDone, sendJson, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { flag, parameter, parameters, segment } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import { pfnOf, replicaPath } from './pfn.ts';
import { attributeText, type Domain, type Operation, protocolsFor } from './rse.ts';
import { protocolRow, rseDetail, rseRow } from './rse-rows.ts';
import * as service from './rse-service.ts';
import * as store from './rse-store.ts';

/** `/rses/…` (settings, attributes, protocols, usage, limits, distances). */
export function rseRoutes(app: FastifyInstance, lake: Lake): void {
  const q = lake.database.direct;
  const named = (request: FastifyRequest) => lake.rses.named(segment(request, 'rse'));
  const administrate = (request: FastifyRequest, what: string) =>
    requirePermission(callerOf(request), { do: 'administrate', what });

  app.get('/rses', async (request, reply) => {
    const expression = parameter(request, 'expression');
    return sendRows(
      reply,
      expression === undefined
        ? (await lake.rses.all()).map(rseRow)
        : (await lake.rses.matching(expression)).map(({ name }) => ({ rse: name })),
    );
  });
  app.get('/rses/:rse', async (request, reply) => sendJson(reply, rseDetail(await named(request))));
  app.post('/rses/:rse', async (request, reply) => {
    administrate(request, 'add storage elements');
    await service.addRse(lake, segment(request, 'rse'), bodyOf(request, rseSettingsSchema));
    return sendCreated(reply);
  });
  app.put('/rses/:rse', async (request, reply) => {
    administrate(request, 'change storage elements');
    await service.changeRse(lake, segment(request, 'rse'), bodyOf(request, rseSettingsSchema));
    return sendDone(reply, 201);
  });
  app.delete('/rses/:rse', async (request, reply) => {
    administrate(request, 'remove storage elements');
    await service.removeRse(lake, segment(request, 'rse'));
    return sendDone(reply);
  });

  app.get('/rses/:rse/attr', async (request, reply) =>
    sendJson(
      reply,
      Object.fromEntries(
        [...(await named(request)).attributes].map(([key, value]) => [key, attributeText(value)]),
      ),
    ),
  );
  app.post('/rses/:rse/attr/:key', async (request, reply) => {
    administrate(request, 'change attributes of storage elements');
    const { value } = bodyOf(request, attributeValueSchema);
    await service.addAttribute(lake, segment(request, 'rse'), segment(request, 'key'), value);
    return sendCreated(reply);
  });
  app.delete('/rses/:rse/attr/:key', async (request, reply) => {
    administrate(request, 'change attributes of storage elements');
    await service.removeAttribute(lake, segment(request, 'rse'), segment(request, 'key'));
    return sendDone(reply);
  });

  const offered = (request: FastifyRequest) => {
    const domain = (parameter(request, 'protocol_domain') ?? 'ALL').toLowerCase();
    const operation = parameter(request, 'operation') as Operation | undefined;
    return { domains: (domain === 'all' ? ['lan', 'wan'] : [domain]) as readonly Domain[], operation };
  };
  app.get('/rses/:rse/protocols', async (request, reply) => {
    const rse = await named(request);
    const { domains, operation } = offered(request);
    const found =
      operation === undefined
        ? rse.protocols
        : [...new Set(domains.flatMap((domain) => protocolsFor(rse, operation, domain)))];
    if (found.length === 0)
      throw new RucioError('RSEProtocolNotSupported', `Storage element ${rse.name} has no such protocol`);
    return sendJson(reply, (flag(request, 'default') ? found.slice(0, 1) : found).map(protocolRow));
  });
  app.get('/rses/:rse/protocols/:scheme', async (request, reply) => {
    const rse = await named(request);
    const protocols = service.protocolsNamed(rse, segment(request, 'scheme'), undefined, undefined);
    return sendJson(reply, { ...rseDetail(rse), protocols: protocols.map(protocolRow) });
  });
  app.post('/rses/:rse/protocols/:scheme', async (request, reply) => {
    administrate(request, 'change protocols of storage elements');
    await service.addProtocol(
      q,
      await named(request),
      segment(request, 'scheme'),
      bodyOf(request, protocolSchema),
    );
    lake.rses.forget();
    return sendCreated(reply);
  });
  for (const path of [
    '/rses/:rse/protocols/:scheme',
    '/rses/:rse/protocols/:scheme/:host',
    '/rses/:rse/protocols/:scheme/:host/:port',
  ]) {
    const meant = async (request: FastifyRequest) => {
      const port = segment(request, 'port');
      return service.protocolsNamed(
        await named(request),
        segment(request, 'scheme'),
        segment(request, 'host') || undefined,
        port === '' ? undefined : Number(port),
      );
    };
    app.put(path, async (request, reply) => {
      administrate(request, 'change protocols of storage elements');
      await service.changeProtocols(lake, await meant(request), bodyOf(request, protocolSchema));
      return sendDone(reply);
    });
    app.delete(path, async (request, reply) => {
      administrate(request, 'change protocols of storage elements');
      await store.deleteProtocols(
        q,
        (await meant(request)).map(({ id }) => id),
      );
      lake.rses.forget();
      return sendDone(reply);
    });
  }

  app.get('/rses/:rse/lfns2pfns', async (request, reply) => {
    const rse = await named(request);
    const operation = (parameter(request, 'operation') ?? 'write') as Operation;
    const domain = (parameter(request, 'domain') ?? 'wan') as Domain;
    const scheme = parameter(request, 'scheme');
    const protocol = protocolsFor(rse, operation, domain).find(
      (candidate) => scheme === undefined || candidate.scheme === scheme,
    );
    if (!protocol)
      throw new RucioError(
        'RSEProtocolNotSupported',
        `Storage element ${rse.name} offers no ${operation} in ${domain}`,
      );
    const pfns = parameters(request, 'lfn').map((lfn) => {
      const [scope, ...rest] = lfn.split(':');
      if (scope === undefined || rest.length === 0)
        throw new RucioError('InvalidPath', `expected scope:name, got ${lfn.slice(0, 200)}`);
      return [lfn, pfnOf(protocol, replicaPath(rse, scope, rest.join(':'), null))];
    });
    return sendJson(reply, Object.fromEntries(pfns));
  });

  app.get('/rses/:rse/usage', async (request, reply) => {
    const rse = await named(request);
    const source = parameter(request, 'source');
    const rows = await store.usageOf(q, rse.id, lake.clock.now());
    return sendRows(
      reply,
      rows
        .filter((row) => source === undefined || row.source === source)
        .map((row) => ({
          rse_id: rse.uuid,
          rse: rse.name,
          ...row,
          total: row.used === null || row.free === null ? row.used : row.used + row.free,
          updated_at: rucioDate(row.updated_at),
        })),
    );
  });
  app.put('/rses/:rse/usage', async (request, reply) => {
    administrate(request, 'set the usage of storage elements');
    const { source, used, free, files } = bodyOf(request, rseUsageSchema);
    const rse = await named(request);
    await store.setUsage(
      q,
      rse.id,
      { source, used: used ?? null, free: free ?? null, files: files ?? null },
      lake.clock.now(),
    );
    return sendDone(reply);
  });
  app.get('/rses/:rse/limits', async (request, reply) =>
    sendJson(reply, await store.limitsOf(q, (await named(request)).id)),
  );
  app.put('/rses/:rse/limits', async (request, reply) => {
    administrate(request, 'limit storage elements');
    const { name, value } = bodyOf(request, namedLimitSchema);
    if (value == null) throw new RucioError('KeyError', "'value' not defined");
    await store.setLimit(q, (await named(request)).id, name, Math.floor(value));
    return sendDone(reply);
  });
  app.delete('/rses/:rse/limits', async (request, reply) => {
    administrate(request, 'limit storage elements');
    await store.deleteLimit(q, (await named(request)).id, bodyOf(request, namedLimitSchema).name);
    return sendDone(reply);
  });
  app.get('/rses/:rse/qos_policy', async (request, reply) => {
    const { qosClass } = await named(request);
    return sendJson(reply, qosClass === null ? [] : [qosClass]);
  });

  const pair = async (request: FastifyRequest) => ({
    source: await named(request),
    destination: await lake.rses.named(segment(request, 'destination')),
  });
  app.get('/rses/:rse/distances/:destination', async (request, reply) => {
    const { source, destination } = await pair(request);
    const distance = destination.distanceFrom.get(source.id);
    return sendJson(
      reply,
      distance === undefined
        ? []
        : [{ src_rse_id: source.uuid, dest_rse_id: destination.uuid, distance, ranking: distance }],
    );
  });
  for (const method of ['POST', 'PUT'] as const) {
    app.route({
      method,
      url: '/rses/:rse/distances/:destination',
      handler: async (request, reply) => {
        administrate(request, 'set distances');
        const { source, destination } = await pair(request);
        const body = bodyOf(request, distanceSchema);
        const distance = body.distance ?? body.ranking ?? 1;
        const both: [number, number][] = body.bidirectional
          ? [
              [source.id, destination.id],
              [destination.id, source.id],
            ]
          : [[source.id, destination.id]];
        await lake.database.transaction(async (transaction) => {
          for (const [from, to] of both) {
            if (!(await store.setDistance(transaction, from, to, distance, method === 'PUT')))
              throw new RucioError(
                'Duplicate',
                `The distance from ${source.name} to ${destination.name} is set already`,
              );
          }
        });
        lake.rses.forget();
        return method === 'POST' ? sendCreated(reply) : sendDone(reply);
      },
    });
  }
  app.delete('/rses/:rse/distances/:destination', async (request, reply) => {
    administrate(request, 'set distances');
    const { source, destination } = await pair(request);
    await store.deleteDistance(q, source.id, destination.id);
    if (flag(request, 'bidirectional')) await store.deleteDistance(q, destination.id, source.id);
    lake.rses.forget();
    return reply.code(200).type('text/plain; charset=utf-8').send('Deleted');
  });
}

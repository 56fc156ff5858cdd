import { checksumOfBytes } from '@vre/storage-checksums';
import Fastify from 'fastify';

type StoredFile = { readonly content: Buffer; readonly bytes: number; readonly adler32: string };

/** A data lake and its door reduced to what runs ask of them; remembers what it was told. */
export interface LakeForTests {
  readonly url: string;
  /** Puts a file into a dataset. */
  put(dataset: string, name: string, content: string): Promise<void>;
  /** Answers the next read of a file with wrong bytes. */
  corruptNext(name: string): void;
  /** Answers the next call whose method and path begin so with 500, after doing it. */
  failNext(call: string): void;
  readonly datasets: ReadonlyMap<string, ReadonlySet<string>>;
  readonly replicas: ReadonlyMap<
    string,
    { readonly rse: string; readonly bytes: number; readonly adler32: string }
  >;
  readonly written: Map<string, string>;
  readonly metadata: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly rules: readonly { readonly did: string; readonly rse: string }[];
  /** Tokens seen, by `lake` and `door`. */
  readonly tokens: { readonly lake: ReadonlySet<string>; readonly door: ReadonlySet<string> };
  close(): Promise<void>;
}

export async function startLake(): Promise<LakeForTests> {
  const files = new Map<string, StoredFile>();
  const datasets = new Map<string, Set<string>>();
  const replicas = new Map<string, { rse: string; bytes: number; adler32: string }>();
  const written = new Map<string, string>();
  const metadata = new Map<string, Record<string, unknown>>();
  const rules: { did: string; rse: string }[] = [];
  const tokens = { lake: new Set<string>(), door: new Set<string>() };
  const corrupt = new Set<string>();
  const failing = new Set<string>();
  const app = Fastify({ forceCloseConnections: true });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request) => {
    const token = request.headers['x-rucio-auth-token'] ?? request.headers.authorization;
    tokens[request.url.startsWith('/door/') ? 'door' : 'lake'].add(String(token));
  });
  app.addHook('onSend', async (request, reply) => {
    const call = [...failing].find((start) => `${request.method} ${request.url}`.startsWith(start));
    if (call !== undefined && failing.delete(call)) reply.code(500);
  });
  const conflict = { ExceptionClass: 'DataIdentifierAlreadyExists', ExceptionMessage: 'there already' };

  app.get<{ Params: { scope: string; name: string } }>('/dids/:scope/:name', async ({ params }, reply) => {
    const did = `${params.scope}:${params.name}`;
    const type = datasets.has(did) ? 'DATASET' : files.has(did) ? 'FILE' : undefined;
    return type === undefined ? reply.code(404).send({}) : { ...params, type };
  });
  app.post<{ Body: { dids: { scope: string; name: string }[] } }>(
    '/replicas/list',
    async ({ body }, reply) => {
      const names = body.dids.flatMap(({ scope, name }) => [
        ...(datasets.get(`${scope}:${name}`) ?? [`${scope}:${name}`]),
      ]);
      const rows = names.map((did) => {
        const [scope = '', name = ''] = did.split(':');
        const { bytes, adler32 } = files.get(did) as StoredFile;
        const pfn = `${url}/door/${encodeURIComponent(did)}`;
        return JSON.stringify({
          scope,
          name,
          bytes,
          adler32,
          pfns: { [pfn]: { rse: 'LOCAL-A', priority: 1 } },
        });
      });
      return reply.type('application/x-json-stream').send(rows.join('\n'));
    },
  );
  app.get<{ Params: { did: string } }>(
    '/door/:did',
    { exposeHeadRoute: false },
    async ({ params }, reply) => {
      const file = files.get(params.did);
      if (!file) return reply.code(404).send();
      const bytes = corrupt.delete(params.did) ? Buffer.from(file.content).reverse() : file.content;
      return reply.type('application/octet-stream').send(bytes);
    },
  );
  app.put<{ Params: { did: string } }>('/door/:did', async ({ params, body, headers }, reply) => {
    if (written.has(params.did)) return reply.code(403).send('may not replace');
    const content = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const digest = `adler32=${await checksumOfBytes(content, 'adler32')}`;
    if (headers.digest !== digest) return reply.code(400).send(`has ${digest}`);
    written.set(params.did, content.toString());
    return reply.code(201).send();
  });
  app.head<{ Params: { did: string } }>('/door/:did', async ({ params }, reply) => {
    const content = Buffer.from(written.get(params.did) ?? '');
    const digest = `adler32=${await checksumOfBytes(content, 'adler32')}`;
    return reply.headers({ digest, 'content-length': content.length }).send();
  });
  app.get('/rses/', async () => `${JSON.stringify({ rse: 'LOCAL-A', availability_write: true })}\n`);
  app.get<{ Querystring: { lfn: string } }>('/rses/:rse/lfns2pfns', async ({ query }) => ({
    [query.lfn]: `${url}/door/${encodeURIComponent(query.lfn)}`,
  }));
  app.post<{
    Body: { rse: string; files: { scope: string; name: string; bytes: number; adler32: string }[] };
  }>('/replicas', async ({ body }, reply) => {
    for (const { scope, name, bytes, adler32 } of body.files) {
      replicas.set(`${scope}:${name}`, { rse: body.rse, bytes, adler32 });
    }
    return reply.code(201).send('Created');
  });
  app.post<{ Params: { scope: string; name: string } }>('/dids/:scope/:name', async ({ params }, reply) => {
    const did = `${params.scope}:${params.name}`;
    if (datasets.has(did)) return reply.code(409).headers(conflict).send(conflict);
    datasets.set(did, new Set());
    return reply.code(201).send('Created');
  });
  app.post<{
    Body: { attachments: { scope: string; name: string; dids: { scope: string; name: string }[] }[] };
  }>('/dids/attachments', async ({ body }, reply) => {
    for (const { scope, name, dids } of body.attachments) {
      for (const did of dids) datasets.get(`${scope}:${name}`)?.add(`${did.scope}:${did.name}`);
    }
    return reply.code(201).send('Created');
  });
  app.post<{ Params: { scope: string; name: string }; Body: { meta: Record<string, unknown> } }>(
    '/dids/:scope/:name/meta',
    async ({ params, body }, reply) => {
      metadata.set(`${params.scope}:${params.name}`, body.meta);
      return reply.code(201).send('Created');
    },
  );
  app.post<{ Body: { dids: { scope: string; name: string }[]; rse_expression: string } }>(
    '/rules/',
    async ({ body }, reply) => {
      const did = `${body.dids[0]?.scope}:${body.dids[0]?.name}`;
      if (rules.some((rule) => rule.did === did && rule.rse === body.rse_expression)) {
        return reply.code(409).headers({ ExceptionClass: 'DuplicateRule' }).send({});
      }
      rules.push({ did, rse: body.rse_expression });
      return reply.code(201).send(['a'.repeat(32)]);
    },
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    put: async (dataset, name, text) => {
      const content = Buffer.from(text);
      files.set(name, { content, bytes: content.length, adler32: await checksumOfBytes(content, 'adler32') });
      datasets.set(dataset, (datasets.get(dataset) ?? new Set()).add(name));
    },
    corruptNext: (name) => void corrupt.add(name),
    failNext: (call) => void failing.add(call),
    datasets,
    replicas,
    written,
    metadata,
    rules,
    tokens,
    close: () => app.close(),
  };
}

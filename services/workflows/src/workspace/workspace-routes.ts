import { Readable } from 'node:stream';
import type { ConfinedFiles } from '@vre/confined-files';
import { messages, ReanaError, wireBoolean, wireBytes } from '@vre/protocol-reana';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { page, pageQuery } from '../paging.ts';
import { readJsonBody } from '../request-body.ts';
import { fullName, type Run } from '../runs/run.ts';
import type { RunAccess } from '../runs/run-access.ts';
import { diskUsageOf } from './disk-usage.ts';
import { moveFiles, removeFiles } from './workspace-changes.ts';
import { filesBelow, searchFiles, selectFiles, wireFile, workspacePath } from './workspace-listing.ts';
import type { Workspaces } from './workspaces.ts';
import { zipStream } from './zip-stream.ts';

type RunParams = { Params: { run: string } };
type FileParams = { Params: { run: string; '*': string } };

const listQuery = pageQuery.extend({ file_name: z.string().optional(), search: z.string().optional() });
const previewTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
};

/** Files of a run's workspace: upload, list, download one or many, remove, move, disk usage. */
export function workspaceRoutes(
  app: FastifyInstance,
  parts: {
    readonly access: RunAccess;
    readonly workspaces: Workspaces;
    readonly countBytes: (run: Run, change: number) => Promise<void>;
    readonly checkQuota: (accountId: string) => Promise<void>;
  },
): void {
  const { access, workspaces } = parts;

  app.post<RunParams>('/api/workflows/:run/workspace', async (request) => {
    const run = await access.withWorkspace(request, request.params.run);
    const { file_name: name } = z.looseObject({ file_name: z.string().optional() }).parse(request.query);
    if (name === undefined || workspacePath(name) === '') throw new ReanaError(400, messages.noFileName);
    const path = workspacePath(name);
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== undefined && type !== 'application/octet-stream') {
      throw new ReanaError(400, `Wrong Content-Type ${type}: a file is sent as application/octet-stream.`);
    }
    await parts.checkQuota(run.accountId);
    // An empty file arrives without a body at all.
    const content = request.body instanceof Readable ? request.body : Buffer.alloc(0);
    const change = await workspaces.within(run, async (files) => {
      const before = (await files.stat(path))?.bytes ?? 0;
      await files.writeFile(path, content, { overwrite: true });
      return ((await files.stat(path))?.bytes ?? 0) - before;
    });
    await parts.countBytes(run, change);
    return { message: messages.uploaded(name) };
  });

  app.get<RunParams>('/api/workflows/:run/workspace', async (request) => {
    const run = await access.withWorkspace(request, request.params.run);
    const query = listQuery.parse(request.query);
    const found = await workspaces.within(run, async (files) =>
      query.file_name === undefined
        ? filesBelow(files, '')
        : (await selectFiles(files, query.file_name)).entries,
    );
    return page(searchFiles(found.map(wireFile), query.search), query, request.url);
  });

  app.get<FileParams>('/api/workflows/:run/workspace/*', async (request, reply) => {
    const run = await access.withWorkspace(request, request.params.run);
    const preview =
      wireBoolean.safeParse((request.query as { preview?: string }).preview ?? 'false').data ?? false;
    const files = await workspaces.open(run);
    try {
      const { selected, named } = await select(files, request.params['*']);
      const [first] = selected.entries;
      if (first === undefined) throw new ReanaError(404, messages.noSuchFile(named));
      if (selected.single) return await sendFile(reply, files, first.path, first.bytes, preview);
      const stamp = new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
      const base =
        named
          .replace(/\/+$/, '')
          .split('/')
          .at(-1)
          ?.replace(/[^\w.-]/g, '_') ?? '';
      const archive = zipStream(
        selected.entries.map((entry) => ({ ...entry, open: () => files.createReadStream(entry.path) })),
      );
      const body = Readable.from(archive, { objectMode: false });
      body.once('close', () => files.close());
      return await reply
        .type('application/zip')
        .header(
          'content-disposition',
          disposition('attachment', `download_${fullName(run)}_${base}_${stamp}.zip`),
        )
        .send(body);
    } catch (error) {
      files.close();
      throw error;
    }
  });

  app.delete<FileParams>('/api/workflows/:run/workspace/*', async (request) => {
    const run = await access.withWorkspace(request, request.params.run);
    const answer = await workspaces.within(run, (files) => removeFiles(files, request.params['*']));
    const freed = Object.values(answer.deleted).reduce((sum, { size }) => sum + size, 0);
    await parts.countBytes(run, -freed);
    return answer;
  });

  app.put<RunParams>('/api/workflows/move_files/:run', async (request) => {
    const run = await access.withWorkspace(request, request.params.run);
    const { source, target } = z.object({ source: z.string(), target: z.string() }).parse(request.query);
    if (run.status === 'running') {
      throw new ReanaError(409, 'Workflow is running, files can not be moved');
    }
    await workspaces.within(run, (files) => moveFiles(files, source, target));
    return { message: messages.moved(source), workflow_id: run.id, workflow_name: fullName(run) };
  });

  app.get<RunParams>('/api/workflows/:run/disk_usage', async (request) => {
    const run = await access.withWorkspace(request, request.params.run, 403);
    const body = z
      .looseObject({ summarize: z.boolean().nullish(), search: z.string().nullish() })
      .nullish()
      .parse(await readJsonBody(request));
    const usage = await workspaces.within(run, (files) => diskUsageOf(files));
    const listed = body?.summarize
      ? [{ name: '', size: wireBytes(usage.total) }]
      : usage.entries.map(({ path, bytes }) => ({ name: `/${path}`, size: wireBytes(bytes) }));
    const wanted = searchFiles(
      listed.map((entry) => ({ ...entry, 'last-modified': '' })),
      body?.search ?? undefined,
    );
    return {
      workflow_id: run.id,
      workflow_name: fullName(run),
      user: run.accountId,
      disk_usage_info: wanted.map(({ name, size }) => ({ name, size })),
    };
  });
}

/** Some clients write a space in a path as `+`: tried when nothing has the name as it is. */
async function select(files: ConfinedFiles, given: string) {
  const selected = await selectFiles(files, given);
  if (selected.entries.length > 0 || !given.includes('+')) return { selected, named: given };
  const spaced = given.replaceAll('+', ' ');
  const second = await selectFiles(files, spaced);
  return second.entries.length > 0 ? { selected: second, named: spaced } : { selected, named: given };
}

async function sendFile(
  reply: FastifyReply,
  files: ConfinedFiles,
  path: string,
  bytes: number,
  preview: boolean,
): Promise<FastifyReply> {
  const name = path.split('/').at(-1) ?? path;
  const type = preview ? previewTypes[name.split('.').at(-1)?.toLowerCase() ?? ''] : undefined;
  // The promised length is kept even when the file grows meanwhile.
  const body =
    bytes === 0 ? Buffer.alloc(0) : await files.createReadStream(path, { start: 0, end: bytes - 1 });
  if (body instanceof Readable) body.once('close', () => files.close());
  else files.close();
  return reply
    .type(type ?? 'application/octet-stream')
    .header('content-length', bytes)
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', disposition(type === undefined ? 'attachment' : 'inline', name))
    .send(body);
}

/** RFC 6266: plain ASCII where it suffices, else the extended form as well. */
export function disposition(kind: 'attachment' | 'inline', name: string): string {
  if (/^[\w.-]+$/.test(name)) return `${kind}; filename=${name}`;
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16)}`,
  );
  return `${kind}; filename*=UTF-8''${encoded}`;
}

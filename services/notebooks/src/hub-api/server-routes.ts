import { openEventStream } from '@vre/http-server';
import { HubError, type ProgressEvent } from '@vre/protocol-jupyterhub';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Server, serverPrefix } from '../servers/server.ts';
import type { HubParts } from './hub-parts.ts';
import { isStarting, serverModelOf } from './server-model.ts';

const longestOptions = 8192;
const startBody = z
  .looseObject({ profile: z.string().max(100).optional() })
  .refine((body) => JSON.stringify(body).length <= longestOptions, {
    message: `options of a server are at most ${longestOptions} characters long`,
  });
const stopBody = z.looseObject({ remove: z.boolean().default(false) });
const keepAliveBody = z.looseObject({ until: z.iso.datetime({ offset: true }) });
/** Stands in addresses, cookies and names of OAuth clients. */
const newServerName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;

type ServerRequest = FastifyRequest<{ Params: { user: string; server?: string } }>;

/** `/users/{user}/server` and `/users/{user}/servers/{server}`: start, stop, look, follow. */
export function serverRoutes(app: FastifyInstance, parts: HubParts): void {
  const { authenticator, people, servers, read, settings } = parts;

  async function ownerOf(request: ServerRequest, scope: string) {
    const name = request.params.server ?? '';
    const caller = await authenticator.caller(request);
    return { name, account: await people.find(caller, scope, request.params.user, name) };
  }
  async function existing(request: ServerRequest, scope: string) {
    const { account, name } = await ownerOf(request, scope);
    const server = await read.find(account.id, name);
    if (!server)
      throw new HubError(404, `${account.name} has no server ${name === '' ? 'yet' : `named ${name}`}.`);
    return { account, server };
  }

  const look = async (request: ServerRequest) => {
    const { account, server } = await existing(request, 'read:servers');
    return serverModelOf(server, account, settings.hub, settings.times);
  };

  const start = async (request: ServerRequest, reply: FastifyReply) => {
    const { account, name } = await ownerOf(request, 'start:servers');
    if (name !== '' && !newServerName.test(name))
      throw new HubError(
        400,
        `A server cannot be named ${JSON.stringify(name)}: letters, digits, dots, dashes and underscores, at most 50, the first a letter or digit.`,
      );
    const before = await read.find(account.id, name);
    // Asked again while it is being started: that is under way.
    if (before !== undefined && isStarting(before))
      return reply.code(202).send(serverModelOf(before, account, settings.hub, settings.times));
    const { profile, ...options } = startBody.parse(request.body ?? {});
    const server = await servers.start(account, name, {
      options,
      ...(profile === undefined ? {} : { profile }),
    });
    const model = serverModelOf(server, account, settings.hub, settings.times);
    return reply.code(server.state === 'ready' ? 201 : 202).send(model);
  };

  const stop = async (request: ServerRequest, reply: FastifyReply) => {
    const { account, name } = await ownerOf(request, 'delete:servers');
    const { remove } = stopBody.parse(request.body ?? {});
    if (remove) {
      if (name === '') throw new HubError(400, 'The default server can be stopped, not removed.');
      if (!(await read.find(account.id, name)))
        throw new HubError(404, `${account.name} has no server named ${name}.`);
      await servers.remove(account, name);
      return reply.code(204).send();
    }
    const server = await servers.stop(account, name);
    if (!server && name !== '') throw new HubError(404, `${account.name} has no server named ${name}.`);
    return reply.code(server?.state === 'stopping' ? 202 : 204).send();
  };

  const keepAlive = async (request: ServerRequest, reply: FastifyReply) => {
    const { account, server } = await existing(request, 'start:servers');
    const { until } = keepAliveBody.parse(request.body);
    await servers.keepAlive(account, server.name, new Date(until));
    return reply.code(204).send();
  };

  const progress = async (request: ServerRequest, reply: FastifyReply) => {
    const { account, server } = await existing(request, 'read:servers');
    const url = serverPrefix(account.name, server.name);
    if (server.state === 'ready') return follow(reply, once(readyEvent(url)));
    if (server.state === 'failed') return follow(reply, once(failedEvent(server)));
    if (!isStarting(server)) throw new HubError(400, `${url} is not starting.`);
    return follow(reply, servers.progress(server, account.name));
  };

  /** What a person's programs print is for those who may enter the server. */
  const log = async (request: ServerRequest) => {
    const { server } = await existing(request, 'access:servers');
    return { lines: await servers.log(server) };
  };

  for (const path of ['/users/:user/server', '/users/:user/servers', '/users/:user/servers/:server']) {
    app.get(path, look);
    app.post(path, start);
    app.delete(path, stop);
    app.get(`${path}/progress`, progress);
    app.get(`${path}/x-log`, log);
    app.post(`${path}/x-keep-alive`, keepAlive);
  }
}

const readyEvent = (url: string): ProgressEvent => ({
  progress: 100,
  ready: true,
  message: `Server ready at ${url}`,
  html_message: `Server ready at <a href="${url}">${url}</a>`,
  url,
});

const failedEvent = (server: Server): ProgressEvent => ({
  progress: 100,
  failed: true,
  message: server.failure ?? 'The last start failed.',
});

async function* once(event: ProgressEvent): AsyncGenerator<ProgressEvent> {
  yield event;
}

/** Sends events until they or the client end. */
async function follow(reply: FastifyReply, events: AsyncIterable<ProgressEvent>): Promise<void> {
  const stream = openEventStream(reply);
  const gone = new Promise<undefined>((resolve) => {
    stream.closed.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const iterator = events[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), gone]);
      if (next === undefined || next.done === true) break;
      stream.send({ data: next.value });
    }
  } catch (error) {
    reply.log.warn({ err: error }, 'a stream of progress ended with an error');
  } finally {
    stream.close();
    // Not awaited: a source that waits for its next event ends when that comes.
    void iterator.return?.()?.catch(() => undefined);
  }
}

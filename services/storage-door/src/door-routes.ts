import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Admitted, admit, type Doorkeeper } from './admission.ts';
import { deleteFile, makeDirectory, moveFile } from './change-tree.ts';
import { DoorError } from './door-error.ts';
import { propfind } from './list-tree.ts';
import { getFile, headFile } from './read-file.ts';
import { admitWrite, putFile } from './write-file.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply, admitted: Admitted) => Promise<unknown>;

/** Methods that clients of other storage try; naming those that work helps more than 404. */
const unserved = ['POST', 'PATCH', 'COPY', 'LOCK', 'UNLOCK', 'PROPPATCH'];

/** Adds the door's methods to a server, for every path below its root. */
export async function addDoorRoutes(app: FastifyInstance, keeper: Doorkeeper): Promise<void> {
  const { elements } = keeper;
  const handlers: Readonly<Record<string, Handler>> = {
    GET: getFile,
    HEAD: headFile,
    PUT: putFile,
    DELETE: deleteFile,
    PROPFIND: (request, reply, admitted) => propfind(request, reply, admitted, elements),
    MKCOL: makeDirectory,
    MOVE: (request, reply, admitted) => moveFile(request, reply, admitted, elements),
  };
  const methods = ['OPTIONS', ...Object.keys(handlers)];
  for (const method of ['PROPFIND', 'MKCOL', 'MOVE', ...unserved.slice(2)])
    app.addHttpMethod(method, { hasBody: true });

  // Bodies are files: they stay streams, whatever type they claim to have.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
  });
  app.options('/*', async (_request, reply) =>
    reply
      .code(200)
      .headers({ allow: methods.join(', '), dav: '1', 'ms-author-via': 'DAV' })
      .send(),
  );

  app.route({
    method: unserved,
    url: '/*',
    handler: async (request) => {
      const allow = methods.join(', ');
      throw new DoorError(405, `This storage does not serve ${request.method}: it serves ${allow}.`, {
        allow,
      });
    },
  });

  const admitted = new WeakMap<FastifyRequest, Admitted>();
  for (const [method, handler] of Object.entries(handlers))
    app.route({
      method,
      url: '/*',
      // Before the body is read, so that a client that waits for 100 Continue never sends what is refused.
      onRequest: async (request) => {
        const known = await admit(keeper, request);
        if (method === 'PUT') await admitWrite(request, known);
        admitted.set(request, known);
      },
      handler: async (request, reply) => {
        const known = admitted.get(request);
        if (known === undefined) throw new Error('a request reached its handler without admission');
        return handler(request, reply, known);
      },
    });
}

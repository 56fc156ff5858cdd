import { pageAssetRoutes } from '@vre/http-server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.ts';
import { serverPrefix } from '../servers/server.ts';

const queryOf = (request: FastifyRequest): string => {
  const start = request.url.indexOf('?');
  return start < 0 ? '' : request.url.slice(start);
};

/** Addresses below `/hub/` that people know from other hubs: the portal has the pages. */
export function pageRoutes(
  app: FastifyInstance,
  parts: { readonly portal: string; readonly authenticator: Authenticator },
): void {
  const { portal, authenticator } = parts;
  pageAssetRoutes(app, '/hub');

  const notebooks = async (request: FastifyRequest, reply: FastifyReply) =>
    reply.redirect(`${portal}/notebooks${queryOf(request)}`, 302);
  for (const path of [
    '/hub',
    '/hub/home',
    '/hub/spawn',
    '/hub/spawn/*',
    '/hub/spawn-pending',
    '/hub/spawn-pending/*',
    '/hub/admin',
  ])
    app.get(path, notebooks);
  app.get('/hub/token', async (_request, reply) => reply.redirect(`${portal}/computer`, 302));
  app.get('/', async (_request, reply) => reply.redirect('/hub/', 302));

  app.get('/hub/health', async (_request, reply) => reply.type('text/plain; charset=utf-8').send('up\n'));

  // Links that fetch a notebook into whosever server it is.
  app.get('/hub/user-redirect/*', async (request, reply) => {
    const caller = await authenticator.browser(request);
    if (!caller) return reply.redirect(`/hub/login?next=${encodeURIComponent(request.url)}`, 302);
    // The raw path: what is encoded in it stays encoded.
    const path = (request.url.split('?')[0] ?? '').replace(/^\/+hub\/+user-redirect\/*/, '');
    return reply.redirect(`${serverPrefix(caller.account.name, '')}${path}${queryOf(request)}`, 302);
  });
}

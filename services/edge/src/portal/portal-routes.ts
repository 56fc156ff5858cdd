import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { Addresses } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { EdgeError } from '../edge-error.ts';
import { plainPage } from '../plain-page.ts';
import { cacheControl, portalHeaders } from './portal-headers.ts';

/** First path segments that belong to protocols: an unknown path there is an error, not a page of the portal. */
const protocolSegments = new Set([
  'x',
  'aai',
  'api',
  'services',
  'vo',
  'did',
  'hub',
  '.well-known',
  'health',
  'assets',
]);

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/**
 * Serves the portal's build from `directory`; every other page address gets `index.html`, where the portal's own
 * router takes over. Precompressed neighbours (`.br`, `.gz`) are used where they exist.
 */
export async function portalRoutes(
  app: FastifyInstance,
  options: { readonly directory: string; readonly addresses: Addresses },
): Promise<void> {
  const { directory, addresses } = options;
  const headers = portalHeaders(addresses.portal, addresses.issuer);
  await app.register(fastifyStatic, {
    root: directory,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    dotfiles: 'deny',
  });
  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: async (request, reply) => {
      const path = decoded(request.raw.url ?? '/');
      if (path !== '/' && (await isFile(join(directory, path))))
        return reply.headers({ ...headers, 'cache-control': cacheControl(path) }).sendFile(path.slice(1));
      const wantsPage = path === '/' || (request.headers.accept ?? '').includes('text/html');
      if (!wantsPage || protocolSegments.has(path.split('/')[1] ?? ''))
        throw new EdgeError('not-found', `Nothing is served at ${path.slice(0, 200)}.`);
      if (await isFile(join(directory, 'index.html')))
        return reply.headers({ ...headers, 'cache-control': 'no-cache' }).sendFile('index.html');
      const page = plainPage(
        'The portal is not built yet',
        'The services are running, but their web pages have not been built. Run "npm run build" in the checkout, then load this page again.',
      );
      return reply.code(503).headers(page.headers).send(page.html);
    },
  });
}

/** Decoded path of a raw URL; paths that could leave the directory are refused. */
function decoded(url: string): string {
  let path: string;
  try {
    path = decodeURIComponent(url.split('?', 1)[0] ?? '/');
  } catch (error) {
    throw new EdgeError('bad-path', 'The path is not well encoded.', { cause: error });
  }
  if (/[\\\0]|\/\/|(^|\/)\.\.?(\/|$)/.test(path))
    throw new EdgeError('bad-path', 'This is not a path of the portal.');
  return path;
}

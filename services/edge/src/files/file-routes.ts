import { pipeline } from 'node:stream/promises';
import type { HttpClient } from '@vre/http-client';
import type { Addresses } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { EdgeError } from '../edge-error.ts';
import { serviceFailure } from '../proxy/index.ts';
import type { RequireSession } from '../sessions/index.ts';
import type { TokenBroker, WantedToken } from '../token-broker/index.ts';
import { filePresentation } from './file-presentation.ts';
import { findReplicas } from './find-replicas.ts';
import { openReplica } from './open-replica.ts';

export type FileRoutesOptions = {
  readonly http: HttpClient;
  readonly addresses: Addresses;
  readonly requireSession: RequireSession;
  readonly tokens: TokenBroker;
  readonly wanted: WantedToken;
  readonly trustedStorage: readonly string[];
};

const prefix = '/x/files/';
const passedOn = [
  'range',
  'if-range',
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
];
const passedBack = [
  'content-length',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
  'digest',
  'repr-digest',
];

/** `GET /x/files/<scope>/<name…>`, `?preview=1` to see an image or a text instead of saving it. */
export function fileRoutes(app: FastifyInstance, options: FileRoutesOptions): void {
  const { http, addresses, tokens } = options;
  app.route({
    method: ['GET', 'HEAD'],
    url: `${prefix}*`,
    handler: async (request, reply) => {
      const did = didOf(request.raw.url ?? '');
      const session = await options.requireSession(request.raw);
      const { token } = await tokens.accessToken(session.id, options.wanted);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const { signal } = gone;
      const replicas = await findReplicas(http, addresses, token, did, signal).catch((error: unknown) => {
        throw serviceFailure('data-lake', error);
      });
      const headers = Object.fromEntries(
        passedOn.flatMap((name) => {
          const value = request.headers[name];
          return typeof value === 'string' ? [[name, value]] : [];
        }),
      );
      const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
      const answer = await openReplica(http, addresses, options.trustedStorage, replicas, {
        method,
        token,
        headers,
        signal,
      });
      const wantsPreview = (request.query as { preview?: unknown }).preview === '1';
      reply.hijack();
      reply.raw.writeHead(answer.status, {
        'x-request-id': request.id,
        ...filePresentation(did.name, wantsPreview),
        ...Object.fromEntries(
          passedBack.flatMap((name) => {
            const value = answer.headers[name];
            return value === undefined ? [] : [[name, value]];
          }),
        ),
      });
      // The head is out: a copy that breaks now breaks the download, which the browser resumes with Range.
      await pipeline(answer.body, reply.raw).catch((error: unknown) =>
        request.log.debug({ err: error }, 'a download was cut'),
      );
    },
  });
}

/** Scope and name of a raw path; the name may hold slashes. */
function didOf(url: string): { readonly scope: string; readonly name: string } {
  const [scope, ...name] = (url.split('?', 1)[0] ?? '').slice(prefix.length).split('/');
  try {
    const did = { scope: decodeURIComponent(scope ?? ''), name: decodeURIComponent(name.join('/')) };
    if (url.startsWith(prefix) && did.scope !== '' && did.name !== '') return did;
  } catch {
    // Percent signs that encode nothing: the same answer.
  }
  throw new EdgeError('bad-path', 'A file is addressed as /x/files/<scope>/<name>.');
}

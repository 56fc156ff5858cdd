import { HubError } from '@vre/protocol-jupyterhub';
import type { FastifyInstance } from 'fastify';

/**
 * Clients of the hub send JSON under any content type, or none, and forms to the token endpoint. No body at all is
 * fine everywhere.
 */
export function bodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body).trim();
    const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
    try {
      if (text === '') done(null, undefined);
      else if (isForm && !text.startsWith('{')) done(null, Object.fromEntries(new URLSearchParams(text)));
      else done(null, JSON.parse(text));
    } catch {
      done(new HubError(400, 'The body is not valid JSON.'));
    }
  });
}

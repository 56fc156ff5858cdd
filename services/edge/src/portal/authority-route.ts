import { readFile } from 'node:fs/promises';
import type { Addresses } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { EdgeError, inertHeaders } from '../edge-error.ts';

/**
 * `GET /x/ca.pem`: the certificate authority that clients outside the browser must trust for this installation's
 * https addresses. Public, as every certificate is; 404 where the certificates are those of a public authority.
 */
export function authorityRoute(app: FastifyInstance, { authorityFile }: Addresses): void {
  app.get('/x/ca.pem', async (_request, reply) => {
    if (authorityFile === undefined)
      throw new EdgeError('not-found', 'This installation needs no certificate authority of its own.');
    return reply
      .headers({ ...inertHeaders, 'content-disposition': 'attachment; filename="vre-ca.pem"' })
      .type('application/x-pem-file')
      .send(await readFile(authorityFile));
  });
}

import { ReanaError } from '@vre/protocol-reana';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { ConnectService } from './connect-service.ts';

/** "Connect": the person lets runs use the data lake for them. */
export function connectRoutes(
  app: FastifyInstance,
  context: ServiceContext,
  authenticator: Authenticator,
  connect: ConnectService,
): void {
  app.get('/api/connect', async (request) => {
    const { account } = await authenticator.caller(request);
    return { connected: await connect.isConnected(account) };
  });
  app.post('/api/connect', async (request) => {
    const { account } = await authenticator.principalCaller(request);
    return { url: await connect.begin(account) };
  });
  app.delete('/api/connect', async (request, reply) => {
    const { account } = await authenticator.principalCaller(request);
    await connect.disconnect(account);
    return reply.code(204).send();
  });
  app.post('/api/connect/device', async (request) => {
    const { account } = await authenticator.principalCaller(request);
    return connect.beginDevice(account);
  });
  app.get<{ Params: { id: string } }>('/api/connect/device/:id', async (request) => {
    const { account } = await authenticator.principalCaller(request);
    return connect.pollDevice(account, request.params.id);
  });

  // The browser comes here from the issuer without any credential of ours: state and ID token say who it is.
  app.get('/api/connect/callback', async (request, reply) => {
    const query = request.query as {
      state?: string;
      code?: string;
      error?: string;
      error_description?: string;
    };
    const back = new URL('/computer', context.addresses.portal);
    try {
      if (query.state === undefined || query.code === undefined) {
        const denied = query.error === 'access_denied';
        throw new ReanaError(
          400,
          denied ? 'You did not allow it.' : (query.error_description ?? 'The sign-in service sent no code.'),
        );
      }
      await connect.callback(query.state, query.code);
      back.searchParams.set('connected', '1');
    } catch (error) {
      if (!(error instanceof ReanaError)) {
        request.log.error({ err: error }, 'could not connect a person');
      }
      back.searchParams.set('connected', '0');
      back.searchParams.set(
        'message',
        error instanceof ReanaError ? error.message : 'The sign-in service could not be asked: try again.',
      );
    }
    return reply.redirect(back.href, 303);
  });
}

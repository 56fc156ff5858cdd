import { sentenceOf, statusOf } from '@vre/http-server';
import { HubError, hubApiVersion } from '@vre/protocol-jupyterhub';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PageError } from './pages/page-error.ts';
import { errorPage, hubPageHeaders } from './pages/pages.ts';

/** Clients of the hub read `{status, message}` from every error; people see a page outside of the REST API. */
export function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message } = describe(error, request.id);
  if (error instanceof HubError && error.retryAfter !== undefined)
    reply.header('retry-after', String(error.retryAfter));
  reply.code(status).header('x-jupyterhub-version', hubApiVersion);
  const forPeople =
    (error instanceof PageError || !/^\/+hub\/+api(\/|$)/.test(request.url.split('?')[0] ?? '')) &&
    (request.headers.accept ?? '').includes('text/html');
  if (!forPeople) return reply.type('application/json').send({ status, message });
  const shown = error instanceof PageError ? error : undefined;
  return reply.headers(hubPageHeaders).send(
    errorPage({
      title: shown?.title ?? (status === 404 ? 'Nothing here' : 'This did not work'),
      sentence: message,
      action: shown?.action ?? { text: 'Go to your notebooks', href: '/hub/home' },
      requestId: request.id,
    }),
  );
}

function describe(error: unknown, requestId: string): { readonly status: number; readonly message: string } {
  if (error instanceof HubError) return { status: error.statusCode, message: error.message };
  if (error instanceof z.ZodError) {
    const sentences = error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`);
    return { status: 400, message: `${sentences.join('; ')}.` };
  }
  return { status: statusOf(error), message: sentenceOf(error, requestId) };
}

import { sentenceOf, statusOf } from '@vre/http-server';
import { HubError, hubApiVersion } from '@vre/protocol-jupyterhub';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Clients of the hub read `{status, message}` from every error. */
export function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message } = describe(error, request.id);
  if (error instanceof HubError && error.retryAfter !== undefined)
    reply.header('retry-after', String(error.retryAfter));
  return reply
    .code(status)
    .header('x-jupyterhub-version', hubApiVersion)
    .type('application/json')
    .send({ status, message });
}

function describe(error: unknown, requestId: string): { readonly status: number; readonly message: string } {
  if (error instanceof HubError) return { status: error.statusCode, message: error.message };
  if (error instanceof z.ZodError) {
    const sentences = error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`);
    return { status: 400, message: `${sentences.join('; ')}.` };
  }
  return { status: statusOf(error), message: sentenceOf(error, requestId) };
}

import { ConfinedFilesError, type ConfinedFilesErrorCode } from '@vre/confined-files';
import { sentenceOf, statusOf } from '@vre/http-server';
import { ReanaError } from '@vre/protocol-reana';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

const fileStatus: Readonly<Record<ConfinedFilesErrorCode, number>> = {
  'invalid-path': 400,
  'not-found': 404,
  'already-exists': 409,
  'is-directory': 409,
  'not-a-directory': 409,
  'not-a-file': 409,
  'directory-not-empty': 409,
  'symbolic-link': 409,
  'outside-root': 409,
  'no-space': 507,
  'permission-denied': 403,
  failed: 500,
};

/** Clients read `message` from every error, whatever its status. */
export function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message } = describe(error, request.id);
  return reply.code(status).type('application/json').send({ message });
}

function describe(error: unknown, requestId: string): { readonly status: number; readonly message: string } {
  if (error instanceof ReanaError) return { status: error.statusCode, message: error.message };
  if (error instanceof ConfinedFilesError)
    return { status: fileStatus[error.code], message: `${error.message}.` };
  if (error instanceof z.ZodError) {
    const sentences = error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`);
    return { status: 400, message: `${sentences.join('; ')}.` };
  }
  return { status: statusOf(error), message: sentenceOf(error, requestId) };
}

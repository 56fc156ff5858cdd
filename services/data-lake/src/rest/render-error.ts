import { sentenceOf, statusOf } from '@vre/http-server';
import { errorHeaders, RucioError, rucioErrorBody } from '@vre/protocol-rucio';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Every error of the lake in Rucio's form: headers and body name the class; nothing internal is told. */
export function renderError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { errorClass, message, status } = inRucioWords(error, request);
  return reply
    .code(status)
    .headers(errorHeaders(errorClass, message))
    .type('application/octet-stream')
    .send(rucioErrorBody(errorClass, message));
}

function inRucioWords(error: unknown, request: FastifyRequest) {
  if (error instanceof RucioError)
    return { errorClass: error.errorClass, message: error.message, status: error.statusCode };
  const code = (error as { code?: string }).code;
  // PostgreSQL: too many connections, shutting down, cannot connect now.
  if (code !== undefined && ['53300', '57P01', '57P03', 'ECONNREFUSED'].includes(code))
    return { errorClass: 'DatabaseException', message: 'The database is busy, try again.', status: 503 };
  const status = statusOf(error);
  const errorClass = status < 500 ? (status === 404 ? 'InvalidRequest' : 'ValueError') : 'RucioException';
  return { errorClass, message: sentenceOf(error, request.id), status };
}

import type { FastifyError } from 'fastify';

/** HTTP status of an error thrown by Fastify itself or by a handler that set `statusCode`; 500 otherwise. */
export function statusOf(error: unknown): number {
  const status = (error as Partial<FastifyError>).statusCode;
  return status !== undefined && status >= 400 && status < 600 ? status : 500;
}

/** What may be shown to a client: the message of a client error, never the inside of a server error. */
export function sentenceOf(error: unknown, requestId: string): string {
  return statusOf(error) < 500 && error instanceof Error
    ? error.message
    : `The server failed; the operator finds the cause in the log under request ${requestId}.`;
}

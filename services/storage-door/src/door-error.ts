import { sentenceOf, statusOf } from '@vre/http-server';
import { StorageError, type StorageErrorCode } from '@vre/storage-port';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A refusal with its HTTP status; the message is one sentence for the client. */
export class DoorError extends Error {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(statusCode: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'DoorError';
    this.statusCode = statusCode;
    this.headers = headers;
  }
}

const statuses: Readonly<Record<StorageErrorCode, number>> = {
  'not-found': 404,
  'already-exists': 409,
  'is-directory': 409,
  'not-a-directory': 409,
  'directory-not-empty': 409,
  'no-space': 507,
  'permission-denied': 403,
  'checksum-mismatch': 400,
  'size-mismatch': 400,
  'invalid-path': 400,
  unavailable: 503,
};

/** Status of whatever a handler threw. */
export function doorStatus(error: unknown): number {
  return error instanceof StorageError ? statuses[error.code] : statusOf(error);
}

/** Renders every error of the door: a status and one plain sentence. */
export function renderDoorError(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  if (error instanceof DoorError) void reply.headers(error.headers);
  const sentence = error instanceof StorageError ? `${error.message}.` : sentenceOf(error, request.id);
  return reply.code(doorStatus(error)).type('text/plain; charset=utf-8').send(`${sentence}\n`);
}

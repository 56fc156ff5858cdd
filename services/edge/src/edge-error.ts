import { sentenceOf, statusOf } from '@vre/http-server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { plainPage } from './plain-page.ts';

/** What can go wrong at the edge, by the code that the portal branches on, with its HTTP status. */
export const edgeErrors = {
  'not-signed-in': 401,
  'session-ended': 401,
  'cross-site': 403,
  'sign-in-failed': 400,
  'bad-path': 400,
  'not-found': 404,
  'too-many-streams': 429,
  'service-away': 502,
  'issuer-away': 502,
  'foreign-redirect': 502,
  'no-replica-readable': 502,
  'service-slow': 504,
} as const;

export type EdgeErrorCode = keyof typeof edgeErrors;

/** An answer other than success; `message` is one sentence for people, the cause goes to the log only. */
export class EdgeError extends Error {
  readonly code: EdgeErrorCode;
  readonly statusCode: number;
  constructor(code: EdgeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EdgeError';
    this.code = code;
    this.statusCode = edgeErrors[code];
  }
}

/** Wire form of an error; a 401 tells the portal where signing in starts. */
export function errorBody(error: unknown, requestId: string): Record<string, string> {
  const message = error instanceof EdgeError ? error.message : sentenceOf(error, requestId);
  const code = error instanceof EdgeError ? { code: error.code } : {};
  return { message, ...code, ...(statusOf(error) === 401 ? { login: '/x/login' } : {}) };
}

/** Headers of every answer the edge writes itself: nothing in it may run, be guessed at or be kept. */
export const inertHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cache-control': 'no-store',
} as const;

/** JSON for programs, a plain page for a person who navigated here. */
export function renderEdgeError(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  const status = statusOf(error);
  const body = errorBody(error, request.id);
  reply.code(status).headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  if (request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')) {
    const page = plainPage(`Error ${status}`, body.message ?? '', {
      href: '/',
      text: 'Back to the portal',
    });
    return reply.headers(page.headers).send(page.html);
  }
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

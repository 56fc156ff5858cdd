import { type PagePlace, pageHeaders, sentenceOf, statusOf } from '@vre/http-server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import { errorPage } from './interactions/message-pages.ts';

/** Errors of everything that the provider does not answer itself: JSON for programs, a page for browsers. */
export function createErrorRenderer(place: PagePlace) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): unknown => {
    const status = error instanceof ZodError ? 400 : statusOf(error);
    const sentence = error instanceof ZodError ? firstFault(error) : sentenceOf(error, request.id);
    const forBrowser =
      !request.url.startsWith(`${place.mountPath}/x/`) &&
      (request.headers.accept ?? '').includes('text/html');
    if (!forBrowser)
      return reply
        .code(status)
        .header('cache-control', 'no-store')
        .send({ error: status, message: sentence });
    return reply
      .code(status)
      .headers(pageHeaders())
      .send(
        errorPage(place, {
          title: status === 404 ? 'Nothing here' : 'This did not work',
          sentence,
          next: 'Go back to where you came from and try again.',
          code: request.id,
        }),
      );
  };
}

function firstFault(error: ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'body'}: ${issue.message}` : 'The request is not valid.';
}

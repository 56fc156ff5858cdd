import { ReanaError } from '@vre/protocol-reana';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const mostBytes = 1024 * 1024;
const rawBodies = new WeakMap<FastifyRequest, string>();

/** JSON is kept as text besides being parsed; every other body stays a stream. */
export function bodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body);
    rawBodies.set(request, text);
    try {
      done(null, text.trim() === '' ? undefined : parseJson(text));
    } catch (error) {
      done(error as Error);
    }
  });
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

/** The JSON text of a request as it came. */
export const rawJson = (request: FastifyRequest): string | undefined => rawBodies.get(request);

/** Clients send JSON with GET too, which the framework leaves unread. */
export async function readJsonBody(request: FastifyRequest): Promise<unknown> {
  if (request.body !== undefined && request.body !== null) return request.body;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.raw) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new ReanaError(413, 'The body of this request is too large.');
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString();
  return text.trim() === '' ? undefined : parseJson(text);
}

/** @throws ReanaError 400 when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ReanaError(400, `The body is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}

import type { FastifyRequest } from 'fastify';

/**
 * Network address of the person, for limits and for her eyes. On the unix socket the edge is the caller and its own
 * entry, the last of `X-Forwarded-For`, is believed; on TCP nobody's is.
 */
export function requesterAddress(request: FastifyRequest): string {
  const direct = request.raw.socket.remoteAddress;
  if (direct !== undefined) return direct;
  const forwarded = request.headers['x-forwarded-for'];
  return [forwarded ?? []].flat().join(',').split(',').at(-1)?.trim() || 'local';
}

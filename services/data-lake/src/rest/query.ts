import { RucioError } from '@vre/protocol-rucio';
import type { FastifyRequest } from 'fastify';

/** One parameter of the query string; of a repeated one the first. */
export function parameter(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Every value of a parameter. */
export function parameters(request: FastifyRequest, name: string): readonly string[] {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  return value === undefined ? [] : [value].flat();
}

/** A boolean as Python or a browser writes it. */
export function flag(request: FastifyRequest, name: string): boolean {
  return ['true', '1', 'yes'].includes((parameter(request, name) ?? '').toLowerCase());
}

/** A whole number of at least 0. */
export function count(request: FastifyRequest, name: string): number | undefined {
  const text = parameter(request, name);
  if (text === undefined || text === 'None') return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw new RucioError('ValueError', `${name} must be a whole number, got ${text.slice(0, 50)}`);
  return Number(text);
}

/** A path parameter of a route that declares it. */
export function segment(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string>)[name] ?? '';
}

import type { ServiceName } from '@vre/service';
import { EdgeError } from '../edge-error.ts';

/** How people call the services. */
const serviceNames: Readonly<Record<ServiceName, string>> = {
  edge: 'portal',
  aai: 'sign-in service',
  'data-lake': 'data lake',
  'storage-door': 'storage door',
  workflows: 'workflow service',
  notebooks: 'notebook service',
};

/** The answer for a service that cannot be reached (502) or does not begin to answer in time (504). */
export function serviceFailure(service: ServiceName, error: unknown): EdgeError {
  if (error instanceof EdgeError) return error;
  const { code } = error as { code?: string };
  const name = serviceNames[service];
  return code === 'UND_ERR_HEADERS_TIMEOUT'
    ? new EdgeError('service-slow', `The ${name} took too long to answer: try again later.`, { cause: error })
    : new EdgeError('service-away', `The ${name} is away: it may be starting, try again shortly.`, {
        cause: error,
      });
}

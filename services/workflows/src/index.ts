import type { Service, ServiceContext } from '@vre/service';
import { z } from 'zod';
export const workflowsConfigSchema = z.strictObject({}).prefault({});
export function createWorkflowsService(_context: ServiceContext, _config: unknown, _options?: unknown): Service {
  return { name: 'workflows', migrations: undefined, http: { renderError: (e, _r, reply) => reply.code(500).send(String(e)) }, start: async () => {}, stop: async () => {}, routes: async () => {}, daemons: [], health: async () => ({ ok: true, detail: 'stub' }), audit: async () => [] };
}

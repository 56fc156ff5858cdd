import type { Database } from '@vre/database';
import { messages, ReanaError } from '@vre/protocol-reana';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../authentication/account.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { Run } from './run.ts';
import { parseRunReference } from './run-lookup.ts';
import { findRun } from './run-store.ts';

/** Finds the run a request is about. Somebody else's run does not exist. */
export interface RunAccess {
  /** `unknownStatus`: 404 unless the endpoint answers 403 for an unknown run. */
  find(
    request: FastifyRequest,
    name: string,
    unknownStatus?: 403 | 404,
  ): Promise<{ readonly run: Run; readonly caller: Caller }>;
  /** A run whose workspace is still there. */
  withWorkspace(request: FastifyRequest, name: string, unknownStatus?: 403 | 404): Promise<Run>;
}

export function createRunAccess(database: Database, authenticator: Authenticator): RunAccess {
  const find: RunAccess['find'] = async (request, name, unknownStatus = 404) => {
    const caller = await authenticator.caller(request);
    const run = await findRun(database.direct, caller.account.id, parseRunReference(name));
    if (!run) throw new ReanaError(unknownStatus, messages.unknownWorkflow(name));
    return { run, caller };
  };
  return {
    find,
    withWorkspace: async (request, name, unknownStatus) => {
      const { run } = await find(request, name, unknownStatus);
      if (run.status === 'deleted') throw new ReanaError(404, 'Workspace does not exist.');
      return run;
    },
  };
}

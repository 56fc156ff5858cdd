import { ReanaError } from '@vre/protocol-reana';
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../authentication/authenticator.ts';
import { acceptedBackends } from '../execution/accepted-backends.ts';
import type { JobPolicy } from '../execution/job-limits.ts';
import type { QuotaGate } from '../quota/quota.ts';

/** Generation of REANA's API that is spoken here; clients print it. */
export const serverVersion = '0.9.4';

/** Ping, information about the installation, about the person, and the settings of user interfaces. */
export function infoRoutes(
  app: FastifyInstance,
  parts: {
    readonly authenticator: Authenticator;
    readonly quota: QuotaGate;
    readonly policy: JobPolicy;
    readonly engines: readonly string[];
    readonly environments: () => readonly string[];
    readonly now: () => Date;
  },
): void {
  const { authenticator, quota, policy } = parts;
  const kubernetes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)}Mi`;

  app.get('/api/ping', async () => ({ message: 'OK', status: '200', reana_server_version: serverVersion }));

  app.get('/api/info', async (request) => {
    await authenticator.caller(request);
    const entry = (title: string, value: unknown) => ({ title, value });
    return {
      workspaces_available: entry('List of available workspaces', ['/workspaces']),
      default_workspace: entry('Default workspace', '/workspaces'),
      compute_backends: entry('List of supported compute backends', acceptedBackends),
      default_kubernetes_memory_limit: entry('Default memory limit of a job', kubernetes(policy.memoryBytes)),
      kubernetes_max_memory_limit: entry('Maximum memory limit of a job', kubernetes(policy.mostMemoryBytes)),
      default_kubernetes_jobs_timeout: entry(
        'Default timeout of a job in seconds',
        String(policy.wallSeconds),
      ),
      maximum_kubernetes_jobs_timeout: entry(
        'Maximum timeout of a job in seconds',
        String(policy.mostWallSeconds),
      ),
      maximum_workspace_retention_period: entry('Maximum retention period in days', null),
      maximum_interactive_session_inactivity_period: entry(
        'Maximum inactivity period of sessions in days',
        null,
      ),
      supported_workflow_engines: entry('List of supported workflow engines', parts.engines),
      x_environments: entry('Software environments in place of container images', parts.environments()),
    };
  });

  app.get('/api/you', async (request) => {
    const caller = await authenticator.caller(request);
    const { account } = caller;
    return {
      id_: account.id,
      email: account.email,
      full_name: account.fullName === '' ? account.username : account.fullName,
      username: account.username,
      reana_server_version: serverVersion,
      reana_token: {
        status: caller.by === 'reana-token' ? 'active' : 'external',
        requested_at: (caller.tokenCreatedAt ?? parts.now()).toUTCString(),
      },
      quota: await quota.wire(account.id),
    };
  });

  app.get('/api/config', async (request) => {
    await authenticator.caller(request);
    return {
      announcement: '',
      polling_secs: 15,
      quota_enabled: true,
      access_token_issuance_policy: 'auto',
      file_preview_size_limit: 5 * 1024 * 1024,
      interactive_sessions: { environments: {} },
      launcher_examples: [],
      login_provider_config: [],
    };
  });

  app.put('/api/token', async (request) => {
    await authenticator.caller(request);
    throw new ReanaError(403, 'Tokens are made in the portal under "Use from my computer".');
  });
  app.get('/api/users/shared-with-you', async (request) => {
    await authenticator.caller(request);
    return { users: [], users_shared_with_you: [] };
  });
  app.get('/api/users/you-shared-with', async (request) => {
    await authenticator.caller(request);
    return { users: [], users_you_shared_with: [] };
  });
}

/** The workflow service: REANA's API, and the workers that run what it accepts. */
export { acceptedBackends, chooseBackend, type LocalBackends } from './execution/backend-choice.ts';
export { builtEnvironments } from './execution/built-environments.ts';
export type { EnvironmentSource, PreparedEnvironment } from './execution/environment-source.ts';
export { stopLeftJobs } from './execution/stop-left-jobs.ts';
export { type WorkflowsConfig, workflowsConfigSchema } from './workflows-config.ts';
export { workflowsMigrations } from './workflows-migrations.ts';
export { createWorkflowsService, type WorkflowsParts, type WorkflowsService } from './workflows-service.ts';

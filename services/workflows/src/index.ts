/** The workflow service: REANA's API, and the workers that run what it accepts. */
export { stopLeftJobs } from './execution/stop-left-jobs.ts';
export { type WorkflowsConfig, workflowsConfigSchema } from './workflows-config.ts';
export { workflowsMigrations } from './workflows-migrations.ts';
export { createWorkflowsService, type WorkflowsParts, type WorkflowsService } from './workflows-service.ts';

import { z } from 'zod';
import { jobStatuses, runStatuses } from './run-status.ts';

const sizeSchema = z.object({ raw: z.number(), human_readable: z.string() });
const countSchema = z.object({ total: z.number().int(), job_ids: z.array(z.string()) });

/** Progress of a run; counts are missing in short lists. Times are UTC without zone. */
export const progressSchema = z.object({
  run_started_at: z.string().nullish(),
  run_finished_at: z.string().nullish(),
  run_stopped_at: z.string().nullish(),
  current_command: z.string().nullish(),
  current_step_name: z.string().nullish(),
  total: countSchema.optional(),
  running: countSchema.optional(),
  finished: countSchema.optional(),
  failed: countSchema.optional(),
});

/** One run in a list. `name` is `name.run`. */
export const runItemSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(runStatuses),
  user: z.string(),
  created: z.string(),
  progress: progressSchema,
  launcher_url: z.string().nullish(),
  size: sizeSchema.optional(),
  /** Why the run failed or was stopped, one sentence; ours, other servers do not send it. */
  x_reason: z.string().optional(),
});

export const runListSchema = z.looseObject({
  items: z.array(runItemSchema),
  total: z.number().int(),
  page: z.number().int().optional(),
  size: z.number().int().optional(),
  has_next: z.boolean().optional(),
  has_prev: z.boolean().optional(),
  user_has_workflows: z.boolean().optional(),
});

export const runStatusAnswerSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(runStatuses),
  user: z.string(),
  created: z.string(),
  progress: progressSchema,
  logs: z.string(),
  x_reason: z.string().optional(),
});

export const createdSchema = z.looseObject({
  message: z.string(),
  workflow_id: z.string(),
  workflow_name: z.string(),
  /** Unknown keys and other oddities of the specification; ours. */
  validation_warnings: z.array(z.object({ message: z.string() })).optional(),
});

export const startedSchema = z.looseObject({
  message: z.string(),
  workflow_id: z.string(),
  workflow_name: z.string(),
  status: z.string(),
  run_number: z.string().optional(),
});

/** One job in the decoded `logs`; no other key may be there. */
export const jobLogSchema = z.object({
  workflow_uuid: z.string(),
  job_name: z.string(),
  compute_backend: z.string(),
  backend_job_id: z.string(),
  docker_img: z.string(),
  cmd: z.string(),
  status: z.enum(jobStatuses),
  logs: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
});

/** `logs` after decoding; jobs in order of creation. */
export const decodedLogsSchema = z.looseObject({
  workflow_logs: z.string().nullable(),
  job_logs: z.record(z.string(), jobLogSchema),
  service_logs: z.unknown().optional(),
  engine_specific: z.unknown().optional(),
});

export const logsAnswerSchema = z.looseObject({
  workflow_id: z.string(),
  workflow_name: z.string(),
  user: z.string(),
  logs: z.string(),
  live_logs_enabled: z.boolean().optional(),
});

export const fileListSchema = z.looseObject({
  items: z.array(z.object({ name: z.string(), 'last-modified': z.string(), size: sizeSchema })),
  total: z.number().int(),
  has_next: z.boolean().optional(),
});

export const diskUsageSchema = z.looseObject({
  disk_usage_info: z.array(z.object({ name: z.string(), size: sizeSchema })),
});

export const specificationAnswerSchema = z.looseObject({
  specification: z.record(z.string(), z.unknown()),
  parameters: z.record(z.string(), z.unknown()),
});

export const diffSchema = z.looseObject({ reana_specification: z.string(), workspace_listing: z.string() });
export const secretListSchema = z.array(z.object({ name: z.string(), type: z.enum(['env', 'file']) }));
export const infoSchema = z.record(z.string(), z.object({ title: z.string(), value: z.unknown() }));

const usageSchema = z.looseObject({
  usage: sizeSchema,
  limit: sizeSchema.optional(),
  health: z.string().optional(),
});
export const youSchema = z.looseObject({
  id_: z.string(),
  email: z.string(),
  full_name: z.string(),
  username: z.string(),
  reana_server_version: z.string(),
  reana_token: z.looseObject({
    value: z.string().optional(),
    status: z.string().optional(),
    requested_at: z.string().optional(),
  }),
  quota: z.object({ cpu: usageSchema, disk: usageSchema }),
});

export type Progress = z.infer<typeof progressSchema>;
export type RunItem = z.infer<typeof runItemSchema>;
export type RunList = z.infer<typeof runListSchema>;
export type RunStatusAnswer = z.infer<typeof runStatusAnswerSchema>;
export type JobLog = z.infer<typeof jobLogSchema>;
export type DecodedLogs = z.infer<typeof decodedLogsSchema>;
export type FileList = z.infer<typeof fileListSchema>;
export type You = z.infer<typeof youSchema>;
export type Info = z.infer<typeof infoSchema>;

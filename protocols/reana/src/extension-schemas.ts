import { z } from 'zod';
import { jobStatuses, runStatuses } from './run-status.ts';

/**
 * What our server offers beyond REANA, below paths and keys that start with `x-`. Times here are ISO 8601 with zone.
 */
export const jobDetailsSchema = z.object({
  id: z.string(),
  stepName: z.string(),
  command: z.string(),
  image: z.string(),
  /** Software environment that really ran in place of the image. */
  environment: z.string(),
  backend: z.string(),
  /** How the job is kept apart and limited, for people. */
  isolation: z.string(),
  status: z.enum(jobStatuses),
  /** How it ended: "exit code 2", "out of memory (limit 512 MB)", …; '' while it runs. */
  sentence: z.string(),
  exitCode: z.number().int().nullable(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});

/** A file or dataset that travels between the lake and the run's workspace. */
export const lakeTransferSchema = z.object({
  direction: z.enum(['input', 'output']),
  /** `scope:name` as resolved. */
  did: z.string(),
  /** Path in the workspace. */
  path: z.string(),
  bytes: z.number().int().nullable(),
  status: z.enum(['waiting', 'running', 'done', 'failed']),
  sentence: z.string(),
});

/** `GET /workflows/<run>/x-details` */
export const runDetailsSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(runStatuses),
  reason: z.string().nullable(),
  createdAt: z.iso.datetime(),
  queuedAt: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  totalJobs: z.number().int(),
  warnings: z.array(z.string()),
  jobs: z.array(jobDetailsSchema),
  lakeData: z.array(lakeTransferSchema),
});

/** `GET /workflows/<run>/x-log?job=&offset=`: output of a job from a byte on; without `job` the engine log. */
export const liveLogSchema = z.object({
  text: z.string(),
  /** Ask with this offset next time. */
  nextOffset: z.number().int(),
  /** No more will come. */
  ended: z.boolean(),
});

/** `GET /x-tokens`; the value is only in the answer to POST. Times with zone. */
export const tokenSchema = z.object({
  id: z.string(),
  label: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) });
export const mintedTokenSchema = tokenSchema.extend({ token: z.string() });

/** `GET /connect`, `POST /connect`, `POST /connect/device`, `GET /connect/device/<id>` */
export const connectedSchema = z.object({ connected: z.boolean() });
export const connectUrlSchema = z.object({ url: z.string() });
export const deviceConnectSchema = z.object({
  id: z.string(),
  userCode: z.string(),
  verificationUriComplete: z.string(),
});
export const deviceStateSchema = z.object({
  state: z.enum(['pending', 'connected', 'failed']),
  sentence: z.string().optional(),
});

export type JobDetails = z.infer<typeof jobDetailsSchema>;
export type LakeTransfer = z.infer<typeof lakeTransferSchema>;
export type RunDetails = z.infer<typeof runDetailsSchema>;
export type LiveLog = z.infer<typeof liveLogSchema>;
export type AccessToken = z.infer<typeof tokenSchema>;
export type MintedToken = z.infer<typeof mintedTokenSchema>;

/** Data of the server-sent events of a run, by topic. */
export type RunEvents = {
  'run.status': { readonly runId: string; readonly name: string; readonly status: string };
  'run.job': { readonly runId: string; readonly jobId: string; readonly status: string };
  'run.log': { readonly runId: string };
};

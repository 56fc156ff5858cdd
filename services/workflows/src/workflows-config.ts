import { bytesSchema, durationSchema } from '@vre/config';
import { z } from 'zod';

/** Configuration of the workflow service; `{}` gives an installation that works. */
export const workflowsConfigSchema = z.strictObject({
  'concurrent-runs': z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .describe('Runs one worker lives at the same time'),
  lease: durationSchema
    .default(30)
    .describe('Time after which another worker takes a run from one that is not heard of'),
  network: z
    .enum(['none', 'platform', 'open'])
    .default('open')
    .describe('Network that jobs reach; steps with rucio: true always get open'),
  images: z
    .array(
      z.strictObject({
        pattern: z.string().min(1).describe('Container image, * for anything, such as "python:3.*"'),
        environment: z.string().min(1).describe('Environment that stands for it, or host'),
        'entry-point': z.string().optional().describe('Program that gets the words of a job'),
      }),
    )
    .default([])
    .describe('Container images and the environments that run in their place, before the built-in table'),
  'rucio-environment': z
    .string()
    .default('rucio-clients')
    .describe('Environment with the rucio command for rucio: true'),
  'token-life': durationSchema
    .default(90 * 86_400)
    .describe('Life of a REANA token that was made without one, such as by vre client setup'),
  job: z
    .strictObject({
      memory: bytesSchema.default(4e9).describe('Memory of a job that asks for none'),
      'max-memory': bytesSchema.default(64e9).describe('Most memory a job may ask for'),
      'wall-time': durationSchema.default(7 * 86_400).describe('Time of a job that asks for none'),
      'max-wall-time': durationSchema.default(14 * 86_400).describe('Most time a job may ask for'),
      cpus: z
        .number()
        .positive()
        .optional()
        .describe('Cores of a job that asks for none; all of them when missing'),
      processes: z.number().int().min(8).default(1024).describe('Processes and threads of a job at one time'),
      disk: bytesSchema.default(100e9).describe('Bytes a job may add to its workspace'),
    })
    .prefault({})
    .describe('Limits of single jobs'),
  'trust-users': z
    .boolean()
    .default(false)
    .describe(
      'Without bubblewrap, let jobs of several people run as plain processes that share one uid: everyone with an account may read everything.',
    ),
  'job-uids-from': z
    .int()
    .min(1000)
    .max(2_000_000_000)
    .default(20_000)
    .describe(
      'When the platform runs as root, jobs of an account run as this uid plus the number of the account.',
    ),
  quota: z
    .strictObject({
      disk: bytesSchema.optional().describe('Bytes of all workspaces of a person; no limit when missing'),
      'run-time': durationSchema.optional().describe('Time of all runs of a person; no limit when missing'),
    })
    .prefault({})
    .describe('What one person may use'),
});

export type WorkflowsConfig = z.infer<typeof workflowsConfigSchema>;

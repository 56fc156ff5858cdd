import { bytesSchema, durationSchema } from '@vre/config';
import { z } from 'zod';

/** Configuration of the notebook service; `{}` gives an installation that works. */
export const notebooksConfigSchema = z.strictObject({
  server: z
    .strictObject({
      memory: bytesSchema.default(4e9).describe('Memory of one server, kernels and terminals included'),
      cpus: z.number().positive().optional().describe('Cores of one server; all of them when missing'),
      processes: z.number().int().min(64).default(2048).describe('Processes and threads of one server'),
      disk: bytesSchema.default(50e9).describe('Bytes one server may add to the home before it is stopped'),
      'start-time': durationSchema
        .prefault('5 min')
        .describe('A server that does not answer this long after its environment was ready has failed'),
    })
    .prefault({})
    .describe('Limits of single servers'),
  'home-size': bytesSchema
    .default(100e9)
    .describe('Bytes that one person’s home and own packages may hold; checked when a server starts'),
  shared: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether servers see a scratch folder that all people share'),
      'keep-for': durationSchema
        .prefault('30 d')
        .describe('Files there that nobody read or wrote for this long are removed'),
    })
    .prefault({})
    .describe('Scratch of all people: ~/shared, and /shared with bubblewrap'),
  'host-folders': z
    .array(z.string().regex(/^\/[^\0\n]*[^/\0\n]$/, 'must be an absolute path'))
    .default(['/cvmfs', '/eos'])
    .describe('Directories of this machine that servers see read-only, where they are there'),
  'project-gids-from': z
    .int()
    .min(1000)
    .max(2_000_000_000)
    .default(50_000)
    .describe(
      'First of the group ids that project folders belong to when the platform runs as root; apart from all uids of jobs.',
    ),
  'servers-at-once': z
    .int()
    .min(1)
    .default(3)
    .describe('Servers that one person may have running at the same time'),
  'starts-at-once': z.int().min(1).default(4).describe('Servers that one worker starts at the same time'),
  'idle-time': durationSchema
    .prefault('4 h')
    .describe('A server in which nothing happens for this long is stopped; a busy kernel counts as activity'),
  'idle-warning': durationSchema
    .prefault('10 min')
    .describe('How long before that the person is told in the portal'),
  'longest-life': durationSchema.prefault('7 d').describe('A server is stopped after this time, used or not'),
  'session-life-time': durationSchema
    .prefault('14 d')
    .describe('How long a browser stays signed in to the hub'),
  'token-life-time': durationSchema
    .prefault('365 d')
    .describe('Longest life of an API token that a person makes'),
  'administrator-groups': z
    .array(z.string())
    .default(['administrators'])
    .describe('Members of any of these groups of the issuer see everybody and may stop their servers.'),
  'trust-users': z
    .boolean()
    .default(false)
    .describe(
      'Without bubblewrap, let servers of several people run as plain processes that share one uid: everyone with an account may read everything.',
    ),
  'job-uids-from': z
    .int()
    .min(1000)
    .max(2_000_000_000)
    .default(40_000)
    .describe(
      'First of the unprivileged uids that servers run as when the platform runs as root; apart from those of workflows.',
    ),
});

export type NotebooksConfig = z.output<typeof notebooksConfigSchema>;

import { z } from 'zod';

/** Configuration of the storage door. */
export const storageDoorConfigSchema = z.strictObject({
  elements: z
    .array(
      z.strictObject({
        name: z.string().min(1).describe('Name of the storage element, as the data lake knows it.'),
        'path-prefix': z
          .string()
          .regex(/^(\/[A-Za-z0-9._-]+)+$/, 'must be an absolute path such as /disk-1')
          .describe('Path of the door below which the element appears.'),
        root: z.string().startsWith('/').describe('Absolute directory that holds the files.'),
      }),
    )
    .min(1)
    .superRefine((elements, context) => {
      for (const field of ['name', 'path-prefix', 'root'] as const)
        if (new Set(elements.map((element) => element[field])).size < elements.length)
          context.addIssue({ code: 'custom', message: `every element needs a ${field} of its own` });
    })
    .describe('Storage elements behind the door.'),
  'trusted-issuers': z
    .array(
      z.strictObject({
        issuer: z.string().describe('Issuer, exactly as in its tokens.'),
        audiences: z.array(z.string()).min(1).describe('Audiences of which a token must carry one.'),
        'base-path': z
          .string()
          .startsWith('/')
          .default('/')
          .describe('Where in every element the paths of the issuer’s storage scopes begin.'),
      }),
    )
    .default([])
    .describe('Issuers whose tokens count besides the platform’s own.'),
  fsync: z
    .enum(['always', 'never'])
    .default('always')
    .describe('Whether a stored file survives a power cut, or the end of the process only.'),
});

/** Configuration as parsed. */
export type StorageDoorConfig = z.output<typeof storageDoorConfigSchema>;

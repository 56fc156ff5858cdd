import { z } from 'zod';

/** Configuration of the storage door; its elements are the installation's and come from the composition. */
export const storageDoorConfigSchema = z
  .strictObject({
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
  })
  .prefault({});

/** Configuration as parsed. */
export type StorageDoorConfig = z.output<typeof storageDoorConfigSchema>;

import { durationSchema } from '@vre/config';
import { z } from 'zod';

/** Configuration of the identity provider, below `aai:` in `vre.yaml`. */
export const aaiConfigSchema = z.strictObject({
  administrator: z
    .strictObject({
      username: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{1,24}$/)
        .default('admin')
        .describe('Username of the administrator made at the first start.'),
      'password-file': z
        .string()
        .optional()
        .describe('File (0600) with the password; without it a one-time password is shown once.'),
    })
    .prefault({}),
  'access-token-lifetime': durationSchema
    .prefault('15 min')
    .describe('Life of access tokens; services notice a disabled account this much later at the most.'),
  'refresh-token-lifetime': durationSchema
    .prefault('30 d')
    .describe('A service that has not used its refresh token for this long must ask the person again.'),
  'refresh-grace': durationSchema
    .prefault('60 s')
    .describe(
      'How long a refresh token that was already exchanged is still accepted (lost answers, two copies).',
    ),
  'session-lifetime': durationSchema.prefault('7 d').describe('Life of a sign-in in the browser.'),
  'signing-algorithm': z
    .enum(['ES256', 'RS256'])
    .default('ES256')
    .describe('Signature of access tokens. RS256 for software that knows no elliptic curves.'),
  'login-limits': z
    .strictObject({
      'per-account': z.int().positive().default(10).describe('Wrong passwords for one username a window.'),
      'per-address': z.int().positive().default(100).describe('Wrong passwords from one address a window.'),
      window: durationSchema.prefault('15 min').describe('Length of the window.'),
    })
    .prefault({}),
  'password-length': z
    .int()
    .min(8)
    .max(128)
    .default(10)
    .describe('Shortest password that people may choose.'),
});

export type AaiConfig = z.infer<typeof aaiConfigSchema>;

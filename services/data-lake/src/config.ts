import { z } from 'zod';

const userpassSchema = z.strictObject({
  identity: z.string().min(1).max(255).describe('User name given to Rucio clients.'),
  account: z
    .string()
    .regex(/^[a-z0-9_-]{1,25}$/)
    .describe('Account it acts as; made at start if missing.'),
  'password-file': z.string().describe('File with the password, readable by the operator alone.'),
});

/** Configuration of the data lake; `{}` is a working lake. Durations are in seconds. */
export const dataLakeConfigSchema = z.strictObject({
  'default-quota': z
    .number()
    .int()
    .min(0)
    .default(1_000_000_000_000)
    .describe('Bytes that a new account may lock on each element; elements added later follow.'),
  userpass: z
    .array(userpassSchema)
    .default([])
    .describe('Identities that sign in with a password, for scripts and service accounts. None by default.'),
  administrators: z
    .array(z.string())
    .default([])
    .describe('Accounts that administer the lake, besides root.'),
  'trusted-issuers': z
    .array(z.strictObject({ issuer: z.url(), audience: z.string().default('rucio') }))
    .default([])
    .describe('Issuers accepted besides the own one, exactly as tokens name them.'),
  'session-seconds': z
    .number()
    .int()
    .min(60)
    .max(3600)
    .default(3600)
    .describe('Lifetime of session tokens for password sign-in.'),
  'rule-deletion-delay': z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Seconds between the removal of a rule by its owner and its effect.'),
  'unlocked-replica-grace': z
    .number()
    .int()
    .min(0)
    .default(3600)
    .describe(
      'Seconds for which a replica is kept after its last rule was removed; those of an expired or purging rule go at once.',
    ),
  'upload-grace': z
    .number()
    .int()
    .min(60)
    .default(86_400)
    .describe('Seconds after which an upload that never finished is completed or cleared away.'),
  'transfer-attempts': z
    .number()
    .int()
    .min(1)
    .default(3)
    .describe('Attempts before a transfer makes its rule stuck.'),
  'stuck-retry': z
    .number()
    .int()
    .min(10)
    .default(600)
    .describe(
      'Seconds after which a stuck rule is tried again; sooner when an element that was away is back.',
    ),
  'transfers-at-once': z.number().int().min(1).max(64).default(4).describe('Copies at once in a worker.'),
  'allowed-origins': z
    .array(z.string())
    .default([])
    .describe('Origins of web applications that may call the API with credentials from a browser.'),
});

export type DataLakeConfig = z.output<typeof dataLakeConfigSchema>;

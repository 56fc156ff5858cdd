import { z } from 'zod';

const elementSchema = z.strictObject({
  name: z
    .string()
    .regex(/^([A-Z0-9]+([_-][A-Z0-9]+)*)$/)
    .describe('Name of the storage element: upper-case letters and digits in groups joined by - or _.'),
  'path-prefix': z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .optional()
    .describe('First path segment below the storage door; the name in lower case unless given.'),
  directory: z.string().optional().describe('Directory of the files; below the data directory unless given.'),
  attributes: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Attributes for storage element expressions, given at creation.'),
});

const userpassSchema = z.strictObject({
  identity: z.string().min(1).max(255).describe('User name given to Rucio clients.'),
  account: z
    .string()
    .regex(/^[a-z0-9_-]{1,25}$/)
    .describe('Account it acts as; made at start if missing.'),
  'password-file': z.string().describe('File with the password, readable by the operator alone.'),
});

/** Configuration of the data lake; `{}` is a working lake of three elements. Durations are in seconds. */
export const dataLakeConfigSchema = z.strictObject({
  elements: z
    .array(elementSchema)
    .default(['LOCAL-A', 'LOCAL-B', 'LOCAL-C'].map((name) => ({ name, attributes: {} })))
    .describe('Storage elements kept in directories of this host and served by the storage door.'),
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
    .describe('Seconds for which a replica is kept after its last rule went, unless the rule purges.'),
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
    .describe('Seconds after which a stuck rule is tried again.'),
  'transfers-at-once': z.number().int().min(1).max(64).default(4).describe('Copies at once in a worker.'),
  'allowed-origins': z
    .array(z.string())
    .default([])
    .describe('Origins of web applications that may call the API with credentials from a browser.'),
});

export type DataLakeConfig = z.output<typeof dataLakeConfigSchema>;
export type ElementConfig = DataLakeConfig['elements'][number];

/** Path below the storage door at which an element is served. */
export const pathPrefixOf = (element: ElementConfig): string =>
  element['path-prefix'] ?? element.name.toLowerCase().replaceAll('_', '-');

import { aaiConfigSchema } from '@vre/aai/config';
import { durationSchema, loadConfig } from '@vre/config';
import { dataLakeConfigSchema } from '@vre/data-lake/config';
import { edgeConfigSchema } from '@vre/edge/config';
import { notebooksConfigSchema } from '@vre/notebooks/config';
import { storageDoorConfigSchema } from '@vre/storage-door/config';
import { workflowsConfigSchema } from '@vre/workflows/config';
import { z } from 'zod';

const addressesSchema = z
  .strictObject({
    portal: z
      .url()
      .optional()
      .describe('Public address of portal, REANA API and issuer; `http://localhost:<port-base>` unless set.'),
    issuer: z
      .url()
      .endsWith('/')
      .optional()
      .describe(
        'OpenID issuer, with trailing slash; `<portal>/aai/` unless set. Never change it: identities contain it.',
      ),
    lake: z.url().optional().describe('Public address of the Rucio API, at the root of its own host.'),
    notebooks: z
      .url()
      .optional()
      .describe(
        'Public address of the hub and of notebook servers, at the root of a host of its own; `http://127.0.0.1:<port-base + 2>` unless set.',
      ),
    'storage-door': z
      .url()
      .optional()
      .describe('Public https address of the storage door, at the root of its own host.'),
    'authority-file': z
      .string()
      .optional()
      .describe('PEM file of the certificate authority behind these addresses, when it is not a public one.'),
  })
  .prefault({});

const listenSchema = z
  .strictObject({
    host: z
      .string()
      .default('localhost')
      .describe('Address to listen on; `localhost` means 127.0.0.1 and ::1 where it exists.'),
    'certificate-file': z
      .string()
      .optional()
      .describe('PEM certificate chain for all listeners; needed to listen beyond this machine.'),
    'key-file': z
      .string()
      .optional()
      .describe('PEM private key of the certificate, readable by the owner alone.'),
  })
  .prefault({});

const databaseSchema = z
  .strictObject({
    url: z
      .string()
      .refine(
        (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
        'must be a URL such as "postgresql://vre@db.example.org:5432/vre"',
      )
      .optional()
      .describe(
        '`postgresql://…` of a PostgreSQL 15 or newer; without it an embedded one runs in the data directory.',
      ),
    'password-file': z
      .string()
      .optional()
      .describe('File with the password of `database.url`, so that the URL holds none.'),
    'allow-network-file-system': z
      .boolean()
      .default(false)
      .describe(
        'Let the embedded database lie on NFS and the like; only where locks and flushes are known to be reliable.',
      ),
  })
  .prefault({});

/** One storage element of this installation: a directory behind the storage door. */
const elementSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Z0-9]+([_-][A-Z0-9]+)*$/, 'must be capitals and digits joined by - or _, such as LOCAL-A')
    .describe('Name of the element (RSE).'),
  directory: z.string().optional().describe('Where its files lie; `<data>/elements/<name>` unless set.'),
});

/** Everything in `vre.yaml`. */
export const configurationSchema = z.strictObject({
  'port-base': z
    .int()
    .min(1024)
    .max(65_000)
    .optional()
    .describe(
      'First of the block of ports on one machine; 8000 or the next free block, chosen at the first start and kept.',
    ),
  'log-level': z
    .enum(['trace', 'debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('How much is logged.'),
  'start-limit': durationSchema
    .default(600)
    .describe(
      'Seconds (or `15 min`) that the database and each process may take until they are ready; then "vre up" gives up.',
    ),
  addresses: addressesSchema,
  listen: listenSchema,
  database: databaseSchema,
  services: z
    .array(z.enum(['data-lake', 'storage-door', 'workflows', 'notebooks']))
    .default(['data-lake', 'storage-door', 'workflows', 'notebooks'])
    .describe('Services that run here besides the portal and the identity provider.'),
  'storage-elements': z
    .array(elementSchema)
    .default([{ name: 'LOCAL-A' }, { name: 'LOCAL-B' }, { name: 'LOCAL-C' }])
    .describe('Storage elements of this installation, served by the storage door.'),
  aai: aaiConfigSchema.prefault({}),
  edge: edgeConfigSchema.prefault({}),
  'data-lake': dataLakeConfigSchema.prefault({}),
  'storage-door': storageDoorConfigSchema.prefault({}),
  workflows: workflowsConfigSchema.prefault({}),
  notebooks: notebooksConfigSchema.prefault({}),
});

export type Configuration = z.output<typeof configurationSchema>;

/** Variables of the command itself; every other `VRE_…` must name a key. */
const commandVariables: readonly string[] = ['VRE_DATA', 'VRE_CONFIG', 'VRE_DEBUG'];

/** File, then environment, then flags. */
export const loadConfiguration = (sources: {
  readonly file?: string | undefined;
  readonly flags?: Readonly<Record<string, unknown>>;
}): Promise<Configuration> =>
  loadConfig(configurationSchema, {
    ...sources,
    environment: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !commandVariables.includes(name)),
    ),
  });

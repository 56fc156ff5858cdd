import { z } from 'zod';

/** REANA's booleans in queries: clients write `true`, `True`, `1`, `yes`, … */
export const wireBoolean = z
  .union([z.string(), z.boolean(), z.number()])
  .transform((value) => ['true', '1', 'yes', 'y', 'on', 't'].includes(String(value).toLowerCase()));

/** A list in a query, as `a,b`, as a repeated key, or both. */
export const wireList = z.union([z.string(), z.array(z.string())]).transform((value) =>
  [value]
    .flat()
    .flatMap((part) => part.split(','))
    .filter((part) => part !== ''),
);

const record = z.record(z.string(), z.unknown());

/** Body of `POST …/start`; unknown keys are ignored. */
export const startBodySchema = z
  .looseObject({
    input_parameters: record.nullish(),
    operational_options: record.nullish(),
    restart: z.boolean().nullish(),
    reana_specification: record.nullish(),
  })
  .nullish();

/** Body of `PUT …/status`. */
export const statusBodySchema = z
  .looseObject({
    all_runs: z.boolean().nullish(),
    workspace: z.boolean().nullish(),
    input_parameters: record.nullish(),
    operational_options: record.nullish(),
    restart: z.boolean().nullish(),
  })
  .nullish();

export const listQuerySchema = z.looseObject({
  type: z.enum(['batch', 'interactive']).default('batch'),
  verbose: wireBoolean.optional(),
  search: z.string().optional(),
  sort: z.enum(['asc', 'desc', 'disk-desc', 'cpu-desc']).default('desc'),
  status: wireList.optional(),
  page: z.coerce.number().int().min(1).default(1),
  size: z.coerce.number().int().min(1).max(1000).optional(),
  include_progress: wireBoolean.optional(),
  include_workspace_size: wireBoolean.optional(),
  workflow_id_or_name: z.string().optional(),
});

/** Body of `POST /secrets/`: values in base64. */
export const secretsBodySchema = z.record(
  z.string().min(1),
  z.looseObject({ name: z.string().optional(), value: z.base64(), type: z.enum(['env', 'file']) }),
);

/** Body of `GET …/disk_usage`. */
export const diskUsageBodySchema = z
  .looseObject({ summarize: z.boolean().nullish(), search: z.string().nullish() })
  .nullish();

import { z } from 'zod';
import { parseCpuQuantity, parseMemoryQuantity } from './resource-quantity.ts';

const memory = z
  .union([z.string(), z.number()])
  .refine(
    (value) => parseMemoryQuantity(String(value)) !== undefined,
    'must be a memory quantity like "512Mi"',
  );
const cpu = z
  .union([z.string(), z.number()])
  .refine((value) => parseCpuQuantity(String(value)) !== undefined, 'must be a CPU quantity like "500m"');
const seconds = z.union([z.number().int().positive(), z.string().regex(/^[1-9]\d*$/)]);
const paths = z.array(z.string()).max(1000);

/** One step of a serial workflow. */
export const serialStepSchema = z.looseObject({
  name: z.string().optional(),
  environment: z.string().min(1),
  commands: z.array(z.string().min(1)).min(1),
  compute_backend: z.string().optional(),
  kubernetes_memory_limit: memory.optional(),
  kubernetes_memory_request: memory.optional(),
  kubernetes_cpu_limit: cpu.optional(),
  kubernetes_cpu_request: cpu.optional(),
  kubernetes_job_timeout: seconds.optional(),
  kubernetes_uid: z.number().int().optional(),
  rucio: z.boolean().optional(),
  kerberos: z.boolean().optional(),
  voms_proxy: z.boolean().optional(),
  unpacked_img: z.boolean().optional(),
  htcondor_max_runtime: z.string().optional(),
  htcondor_accounting_group: z.string().optional(),
  slurm_partition: z.string().optional(),
  slurm_time: z.string().optional(),
});

/** Lake data to be staged before the first step: our extension, which other servers ignore. */
export const lakeInputSchema = z.looseObject({
  /** `scope:name` of a file, dataset or container; parameters are substituted. */
  did: z.string().min(1),
  /** Directory of the workspace, or for a single file without trailing slash its path. */
  target: z.string().min(1).default('./'),
});

/** Results to be registered in the lake after the last step: our extension, which other servers ignore. */
export const lakeOutputSchema = z.looseObject({
  /** `scope:name` of the dataset; created when missing. */
  dataset: z.string().min(1),
  files: paths.min(1),
  /** Storage element to upload to; the server chooses when it is missing. */
  rse: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** `reana.yaml` in its JSON form (analysis schema of REANA 0.9). Unknown keys are allowed here and told as warnings. */
export const specificationSchema = z.looseObject({
  version: z.union([z.string(), z.number()]).optional(),
  inputs: z
    .looseObject({
      files: paths.optional(),
      directories: paths.optional(),
      parameters: z.record(z.string(), z.unknown()).optional(),
      options: z.record(z.string(), z.unknown()).optional(),
      'data-lake': z.array(lakeInputSchema).optional(),
    })
    .optional(),
  workflow: z.looseObject({
    type: z.string(),
    file: z.string().optional(),
    specification: z.unknown().optional(),
    resources: z.looseObject({ rucio: z.boolean().optional() }).optional(),
  }),
  outputs: z
    .looseObject({
      files: paths.optional(),
      directories: paths.optional(),
      'data-lake': z.array(lakeOutputSchema).optional(),
    })
    .optional(),
  workspace: z
    .looseObject({
      root_path: z.string().optional(),
      retention_days: z.record(z.string(), z.number().int().min(0)).nullish(),
    })
    .optional(),
});

/** `workflow.specification` of a serial workflow. */
export const serialSpecificationSchema = z.looseObject({ steps: z.array(serialStepSchema).min(1) });

export type Specification = z.infer<typeof specificationSchema>;
export type SerialStep = z.infer<typeof serialStepSchema>;
export type LakeInput = z.infer<typeof lakeInputSchema>;
export type LakeOutput = z.infer<typeof lakeOutputSchema>;

/** Keys that the schemas know, by place; what is not here is reported as a warning. */
export const knownKeys = {
  '': ['version', 'inputs', 'workflow', 'outputs', 'workspace', 'tests'],
  inputs: ['files', 'directories', 'parameters', 'options', 'data-lake'],
  workflow: ['type', 'file', 'specification', 'resources', 'files', 'directories', 'parameters'],
  'workflow.resources': ['cvmfs', 'kerberos', 'voms_proxy', 'rucio', 'dask'],
  outputs: ['files', 'directories', 'data-lake'],
  workspace: ['root_path', 'retention_days'],
  step: [
    'name',
    'environment',
    'commands',
    'compute_backend',
    ...['memory_limit', 'memory_request', 'cpu_limit', 'cpu_request', 'job_timeout', 'uid'].map(
      (suffix) => `kubernetes_${suffix}`,
    ),
    ...['rucio', 'kerberos', 'voms_proxy', 'unpacked_img'],
    ...[
      'max_runtime',
      'accounting_group',
      'request_cpus',
      'request_memory',
      'request_disk',
      'requirements',
    ].map((suffix) => `htcondor_${suffix}`),
    ...['slurm_partition', 'slurm_time', 'c4p_cpu_cores', 'c4p_memory_limit', 'c4p_additional_requirements'],
  ],
} as const;

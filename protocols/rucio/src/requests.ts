import { z } from 'zod';
import { didTypeOf } from './did.ts';
import { allowed, nameRules } from './name-rules.ts';
import { parseRucioDate } from './timestamps.ts';

/** Most entries that one request may carry in a list. */
export const bulkLimit = 1000;

const scope = z.string().max(255);
const name = z.string().max(1024);
const newScope = z
  .string()
  .max(nameRules.scope.longest, allowed('scope'))
  .regex(nameRules.scope.pattern, allowed('scope'));
const newName = z
  .string()
  .max(nameRules.name.longest, allowed('name'))
  .regex(nameRules.name.pattern, allowed('name'))
  .refine((text) => !/(^|\/)\.{1,2}(\/|$)/.test(text), 'segments . and .. are not allowed');
const bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const adler32 = z
  .string()
  .regex(/^[a-fA-F0-9]{1,8}$/, 'adler32 has up to 8 hexadecimal digits')
  .transform((text) => text.toLowerCase().padStart(8, '0'));
const md5 = z
  .string()
  .regex(/^[a-fA-F0-9]{32}$/, 'md5 has 32 hexadecimal digits')
  .transform((text) => text.toLowerCase());
const date = z.string().transform((text, context) => {
  const parsed = parseRucioDate(text);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: 'not a date' });
  return z.NEVER;
});
const didType = z.string().transform((text, context) => {
  const type = didTypeOf(text);
  if (type) return type;
  context.addIssue({ code: 'custom', message: 'not one of FILE, DATASET, CONTAINER' });
  return z.NEVER;
});
const metadata = z.record(z.string().max(255), z.json());

/** A reference to something that exists. Clients may send the whole row that they got. */
export const didSchema = z.object({ scope, name });
export const didListSchema = z.array(didSchema).max(bulkLimit);

/** One file of `POST /replicas`, `PUT /replicas` and attachments with an element. */
export const replicaFileSchema = z.strictObject({
  scope: newScope,
  name: newName,
  bytes: bytes.nullish(),
  adler32: adler32.nullish(),
  md5: md5.nullish(),
  guid: z.string().nullish(),
  meta: metadata.nullish(),
  state: z.string().nullish(),
  pfn: z.string().max(2048).nullish(),
  tombstone: z.string().nullish(),
  type: z.string().nullish(),
});
export type ReplicaFile = z.output<typeof replicaFileSchema>;

export const addReplicasSchema = z.object({
  rse: z.string(),
  files: z.array(replicaFileSchema).max(bulkLimit),
  ignore_availability: z.boolean().nullish(),
});

export const updateReplicasSchema = z.object({
  rse: z.string(),
  files: z
    .array(z.object({ scope, name, state: z.string(), error_message: z.string().nullish() }))
    .max(bulkLimit),
});

export const deleteReplicasSchema = z.object({
  rse: z.string(),
  files: didListSchema,
  ignore_availability: z.boolean().nullish(),
});

export const listReplicasSchema = z.object({
  dids: didListSchema.min(1),
  schemes: z.array(z.string()).nullish(),
  domain: z.string().nullish(),
  ignore_availability: z.boolean().nullish(),
  all_states: z.boolean().nullish(),
  rse_expression: z.string().nullish(),
  client_location: z.record(z.string(), z.json()).nullish(),
  sort: z.string().nullish(),
  resolve_archives: z.boolean().nullish(),
  resolve_parents: z.boolean().nullish(),
  nrandom: z.number().int().positive().nullish(),
  updated_after: z.union([z.string(), z.number()]).nullish(),
  signature_lifetime: z.number().nullish(),
});

/** Options of a rule, alone or inside the creation of a DID. */
export const ruleOptionsSchema = z.object({
  copies: z.number().int().min(1).max(1000),
  rse_expression: z.string().min(1).max(3000),
  account: z.string().nullish(),
  weight: z.string().nullish(),
  lifetime: z.number().nullish(),
  grouping: z
    .enum(['ALL', 'DATASET', 'NONE', 'A', 'D', 'N'])
    .nullish()
    .transform((grouping) => (grouping ?? 'DATASET').charAt(0) as 'A' | 'D' | 'N'),
  locked: z.boolean().nullish(),
  subscription_id: z.string().nullish(),
  source_replica_expression: z.string().max(3000).nullish(),
  activity: z.string().max(50).nullish(),
  notify: z.string().nullish(),
  purge_replicas: z.boolean().nullish(),
  ignore_availability: z.boolean().nullish(),
  comment: z.string().max(250).nullish(),
  ask_approval: z.boolean().nullish(),
  asynchronous: z.boolean().nullish(),
  delay_injection: z.number().nullish(),
  priority: z.number().int().min(1).max(5).nullish(),
  split_container: z.boolean().nullish(),
  meta: z.json().nullish(),
});
export type RuleOptions = z.output<typeof ruleOptionsSchema>;

export const addRuleSchema = ruleOptionsSchema.extend({ dids: didListSchema.min(1) });

const attachedDid = z.object({
  scope,
  name,
  bytes: bytes.nullish(),
  adler32: adler32.nullish(),
  md5: md5.nullish(),
  meta: metadata.nullish(),
  state: z.string().nullish(),
  pfn: z.string().nullish(),
});

export const addDidSchema = z.object({
  type: didType,
  statuses: z.object({ monotonic: z.boolean().nullish() }).nullish(),
  meta: metadata.nullish(),
  rules: z.array(ruleOptionsSchema).max(bulkLimit).nullish(),
  lifetime: z.number().nullish(),
  dids: z.array(attachedDid).max(bulkLimit).nullish(),
  rse: z.string().nullish(),
});
export type AddDid = z.output<typeof addDidSchema>;
export const addDidsSchema = z.array(addDidSchema.extend({ scope: newScope, name: newName })).max(bulkLimit);

export const attachSchema = z.object({
  dids: z.array(attachedDid).max(bulkLimit),
  rse: z.string().nullish(),
});
export const detachSchema = z.object({ dids: didListSchema });
export const attachmentsSchema = z.object({
  ignore_duplicate: z.boolean().nullish(),
  attachments: z
    .array(z.object({ scope, name, dids: z.array(attachedDid).max(bulkLimit), rse: z.string().nullish() }))
    .max(bulkLimit),
});

export const setMetadataValueSchema = z.object({ value: z.json(), recursive: z.boolean().nullish() });
export const setMetadataSchema = z.object({ meta: metadata, recursive: z.boolean().nullish() });
export const setMetadataOfDidsSchema = z.object({
  dids: z.array(z.object({ scope, name, meta: metadata })).max(bulkLimit),
  recursive: z.boolean().nullish(),
});
export const bulkMetadataSchema = z.object({
  dids: didListSchema,
  inherit: z.boolean().nullish(),
  plugin: z.string().nullish(),
});
export const statusSchema = z.strictObject({ open: z.boolean() });

export const updateRuleSchema = z.object({
  options: z.strictObject({
    approve: z.boolean().optional(),
    comment: z.string().max(250).optional(),
    locked: z.boolean().optional(),
    lifetime: z.number().nullable().optional(),
    account: z.string().optional(),
    state: z.string().optional(),
    activity: z.string().max(50).optional(),
    source_replica_expression: z.string().max(3000).nullable().optional(),
    cancel_requests: z.boolean().optional(),
    priority: z.number().int().min(1).max(5).optional(),
    child_rule_id: z.string().nullable().optional(),
    eol_at: date.nullable().optional(),
    meta: z.json().optional(),
    purge_replicas: z.boolean().optional(),
    boost_rule: z.boolean().optional(),
  }),
});
export type RuleChanges = z.output<typeof updateRuleSchema>['options'];
export const deleteRuleSchema = z.object({ purge_replicas: z.boolean().nullish() });
export const moveRuleSchema = z.object({
  rse_expression: z.string().min(1).max(3000),
  override: z.record(z.string(), z.json()).nullish(),
  activity: z.string().nullish(),
  source_replica_expression: z.string().nullish(),
});
export const reduceRuleSchema = z.object({
  copies: z.number().int().min(1),
  exclude_expression: z.string().nullish(),
});

export const badReplicasSchema = z.object({
  reason: z.string().max(255).nullish(),
  replicas: z
    .array(
      z.union([
        z.string(),
        z.object({ scope, name, rse: z.string().nullish(), rse_id: z.string().nullish() }),
      ]),
    )
    .max(bulkLimit),
  force: z.boolean().nullish(),
});
export const badDidsSchema = z.object({
  reason: z.string().max(255).nullish(),
  rse: z.string(),
  dids: didListSchema,
  expires_at: date.nullish(),
});
export const pfnsSchema = z.object({ pfns: z.array(z.string()).max(bulkLimit), rse: z.string().nullish() });
export const tombstonesSchema = z.object({
  replicas: z.array(z.object({ scope, name, rse: z.string() })).max(bulkLimit),
});
export const didsBodySchema = z.object({ dids: didListSchema });

const flag = z.union([z.boolean(), z.string(), z.number()]).transform((value, context) => {
  const text = String(value).toLowerCase();
  if (['true', '1', 'yes'].includes(text)) return true;
  if (['false', '0', 'no', 'none', ''].includes(text)) return false;
  context.addIssue({ code: 'custom', message: 'not a boolean' });
  return z.NEVER;
});
const place = z.union([z.string(), z.number()]).nullable();
export const rseSettingsSchema = z.strictObject({
  deterministic: flag.optional(),
  volatile: flag.optional(),
  staging_area: flag.optional(),
  rse_type: z.string().optional(),
  availability: z.number().int().min(0).max(7).optional(),
  availability_read: flag.nullable().optional(),
  availability_write: flag.nullable().optional(),
  availability_delete: flag.nullable().optional(),
  city: place.optional(),
  region_code: place.optional(),
  country_name: place.optional(),
  continent: place.optional(),
  time_zone: place.optional(),
  ISP: place.optional(),
  latitude: place.optional(),
  longitude: place.optional(),
  ASN: place.optional(),
  name: z.string().optional(),
  rse: z.string().optional(),
  qos_class: z.string().nullable().optional(),
});
export type RseSettings = z.output<typeof rseSettingsSchema>;

const priorities = z.record(z.string(), z.number().int().min(0).nullable());
export const protocolSchema = z.object({
  scheme: z.string().max(255).optional(),
  hostname: z.string().max(255).optional(),
  port: z.coerce.number().int().min(0).max(65535).optional(),
  prefix: z.string().max(1024).nullish(),
  impl: z.string().max(255).optional(),
  domains: z.object({ lan: priorities.optional(), wan: priorities.optional() }).nullish(),
  extended_attributes: z.json().nullish(),
});
export type ProtocolSettings = z.output<typeof protocolSchema>;
export const attributeValueSchema = z.object({
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
});
export const distanceSchema = z.object({
  distance: z.number().int().min(0).nullish(),
  ranking: z.number().int().min(0).nullish(),
  bidirectional: z.boolean().nullish(),
});
export const namedLimitSchema = z.object({ name: z.string().max(255), value: z.number().nullish() });
export const rseUsageSchema = z.object({
  source: z.string().max(255),
  used: z.number().nullish(),
  free: z.number().nullish(),
  files: z.number().nullish(),
});

export const addAccountSchema = z.object({ type: z.string(), email: z.string().max(255).nullish() });
export const updateAccountSchema = z.strictObject({
  status: z.string().optional(),
  email: z.string().max(255).nullable().optional(),
  account_type: z.string().optional(),
});
export const identitySchema = z.object({
  identity: z.string().min(1).max(2048),
  authtype: z.string(),
  default: z.boolean().nullish(),
  email: z.string().max(255).nullish(),
  password: z.string().max(1024).nullish(),
});
export const accountAttributeSchema = z.object({
  key: z.string().optional(),
  value: z.union([z.string(), z.number(), z.boolean()]),
});
/** −1 and `Infinity` mean no limit. */
export const bytesLimitSchema = z.object({
  bytes: z
    .union([z.number(), z.literal(Number.POSITIVE_INFINITY)])
    .transform((limit) => (limit < 0 || !Number.isFinite(limit) ? null : Math.floor(limit))),
});

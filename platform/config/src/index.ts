/** One YAML file, `VRE_…` variables and flags, parsed by one zod schema. */

export { ConfigError } from './config-error.ts';
export { type ExplainedKey, explainConfig, redactConfig } from './explain-config.ts';
export { loadConfig } from './load-config.ts';
export { bytesSchema, durationSchema } from './units.ts';

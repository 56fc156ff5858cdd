/** One YAML file, `VRE_…` variables and flags, parsed by one zod schema. */

export { type ExplainedKey, explainConfig, redactConfig } from './explain-config.ts';
export { ConfigError, loadConfig } from './load-config.ts';
export { bytesSchema, durationSchema } from './units.ts';

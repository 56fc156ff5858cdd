/** The REANA wire format: states, schemas, the specification, messages, a typed client. Runs in browsers. */
export * from './answer-schemas.ts';
export { createReanaClient, type ReanaClient, type RunQuery } from './client.ts';
export * from './extension-schemas.ts';
export { messages, ReanaError } from './messages.ts';
export * from './request-schemas.ts';
export { parseCpuQuantity, parseMemoryQuantity } from './resource-quantity.ts';
export {
  isEnded,
  type JobStatus,
  jobStatuses,
  type RunStatus,
  runMoves,
  runStatuses,
  statesBefore,
} from './run-status.ts';
export {
  type LakeInput,
  type LakeOutput,
  lakeInputSchema,
  lakeOutputSchema,
  type SerialStep,
  type Specification,
  serialSpecificationSchema,
  serialStepSchema,
  specificationSchema,
} from './specification-schema.ts';
export { unifiedDiff } from './unified-diff.ts';
export { type SpecificationVerdict, serialSteps, validateSpecification } from './validate-specification.ts';
export {
  humanReadableBytes,
  humanReadableDuration,
  parseWireTime,
  unknownSize,
  type WireSize,
  wireBytes,
  wireTime,
} from './wire-values.ts';
export { unsafePath } from './workspace-path.ts';

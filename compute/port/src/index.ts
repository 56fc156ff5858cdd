/** What a compute back-end must do. Its behaviour is fixed by the contract suite in `contract-suite.ts`. */
export type {
  BackendDescription,
  ComputeBackend,
  JobEnd,
  JobEndpoint,
  JobEndReason,
  JobRef,
  JobSpec,
  JobState,
  Mount,
  NetworkPolicy,
} from './compute-backend.ts';
export { ComputeError, type ComputeErrorCode } from './compute-error.ts';

/** Jobs as plain processes: starter, limits, watch; also what other back-ends on this machine build upon. */
export { type ChosenBackend, chooseBackend, type LocalBackends } from './backend-choice.ts';
export { diskUsage } from './disk-usage.ts';
export { endJobsIn } from './left-jobs.ts';
export { canReach, hiddenAncestors } from './path-exposure.ts';
export {
  type PlainProcessFacts,
  type PlainProcessVerdict,
  plainProcessesAllowed,
} from './plain-processes.ts';
export { createProcessBackend, type ProcessBackendOptions } from './process-backend.ts';
export { type Invocation, type JobOwner, type RunAs, resolveOwner, type Sandbox } from './run-as.ts';

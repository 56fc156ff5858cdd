/** Child processes of the platform: ordered start and stop, restart with back-off, no orphans. */

export { DataDirectoryTaken, holdDataDirectory } from './data-directory-lock.ts';
export { isSameProcess, startTicks } from './process-identity.ts';
export { type ChildDefinition, type Supervisor, supervise } from './supervise.ts';

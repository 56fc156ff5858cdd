/** The loop around a step: wake, claim, work, back off, stop. */
export { type Daemon, type Outcome, type RunningDaemon, runDaemon } from './run-daemon.ts';

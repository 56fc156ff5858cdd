import type { ComputeBackend } from '@vre/compute-port';
import { createBubblewrapBackend } from './bubblewrap-backend.ts';

/** The back-end as the contract suite tries it, in its own process and in another one. */
export function createSubject(limitMethod?: 'watchdog'): ComputeBackend {
  return createBubblewrapBackend({
    runAs: process.getuid?.() === 0 ? { uid: 20_002, gid: 20_002 } : 'self',
    graceSeconds: 1,
    livenessMilliseconds: 300,
    ...(limitMethod === undefined ? {} : { limitMethod }),
  });
}

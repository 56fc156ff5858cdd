import type { ComputeBackend } from '@vre/compute-port';
import { createProcessBackend } from './process-backend.ts';

/** The back-end as the contract suite tries it, in its own process and in another one. */
export function createSubject(limitMethod?: 'watchdog'): ComputeBackend {
  return createProcessBackend({
    runAs: process.getuid?.() === 0 ? { uid: 20_001, gid: 20_001 } : 'self',
    graceSeconds: 1,
    livenessMilliseconds: 300,
    ...(limitMethod === undefined ? {} : { limitMethod }),
  });
}

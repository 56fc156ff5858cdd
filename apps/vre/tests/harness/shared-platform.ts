import type { TestProject } from 'vitest/node';
import { startPlatformForTests } from './platform.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Data directory of the VRE that tests share; tests that kill or reconfigure one start their own. */
    sharedDataDirectory: string;
  }
}

/** Vitest's global set-up: one VRE for the tests that only use it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const platform = await startPlatformForTests({ name: 'shared' });
  project.provide('sharedDataDirectory', platform.dataDirectory);
  return () => platform.dispose();
}

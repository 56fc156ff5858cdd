import { createBubblewrapBackend } from '@vre/compute-bubblewrap';
import { createProcessBackend, type RunAs } from '@vre/compute-process';
import { serialEngine } from '@vre/engine-serial';
import { builtEnvironments, loadEnvironments } from '@vre/environments';
import type { WorkflowsParts } from '@vre/workflows';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from '../installation/installation.ts';

/** Engines, back-ends and environments of this installation. */
export async function workflowsParts(
  installation: Installation,
  { workflows }: Configuration,
): Promise<WorkflowsParts> {
  const firstUid = workflows['job-uids-from'];
  const runAs: RunAs =
    process.getuid?.() === 0 ? ({ number }) => ({ uid: firstUid + number, gid: firstUid + number }) : 'self';
  return {
    engines: [serialEngine],
    backends: { sandbox: createBubblewrapBackend({ runAs }), plain: createProcessBackend({ runAs }) },
    environments: builtEnvironments({
      environments: await loadEnvironments(),
      ownImages: workflows.images.map(({ pattern, environment, 'entry-point': entryPoint }) => ({
        pattern,
        environment,
        entryPoint,
      })),
      dataDirectory: installation.directory,
    }),
  };
}

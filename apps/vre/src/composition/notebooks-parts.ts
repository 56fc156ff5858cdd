import { createBubblewrapBackend } from '@vre/compute-bubblewrap';
import { createProcessBackend, type RunAs } from '@vre/compute-process';
import { loadEnvironments } from '@vre/environments';
import type { NotebooksParts } from '@vre/notebooks';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from '../installation/installation.ts';
import { storageElements } from './storage-elements.ts';

/** Back-ends, environments and local storage elements for the servers of this installation. */
export async function notebooksParts(
  installation: Installation,
  configuration: Configuration,
): Promise<NotebooksParts> {
  const { 'job-uids-from': firstUid, 'project-gids-from': firstGroup } = configuration.notebooks;
  const runAs: RunAs =
    process.getuid?.() === 0
      ? ({ number, groups = [] }) => ({
          uid: firstUid + number,
          gid: firstUid + number,
          groups: groups.map((group) => firstGroup + group),
        })
      : 'self';
  return {
    sandbox: createBubblewrapBackend({ runAs }),
    plain: createProcessBackend({ runAs }),
    environments: await loadEnvironments(),
    buildDirectory: installation.directory,
    elements: storageElements(installation, configuration),
  };
}

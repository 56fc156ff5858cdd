import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfinedFiles, openConfined } from '@vre/confined-files';

/** Which workspace: that of a run, or of the first run of its restart chain. */
export type WorkspaceKey = { readonly accountId: string; readonly workspaceId: string };

/** The directories of runs: `users/<account>/workflows/<run>` below the service's data directory. */
export interface Workspaces {
  path(key: WorkspaceKey): string;
  /** Opens a workspace, making it when it is missing; the caller closes it. */
  open(key: WorkspaceKey): Promise<ConfinedFiles>;
  /** Opens a workspace for `work` and closes it. */
  within<T>(key: WorkspaceKey, work: (files: ConfinedFiles) => Promise<T>): Promise<T>;
  remove(key: WorkspaceKey): Promise<void>;
  /** Every workspace on disk, for the audit. */
  all(): Promise<readonly WorkspaceKey[]>;
}

/** Jobs run with uids of their own: they may pass through the directories above, but not look around in them. */
const passage = 0o711;

export function createWorkspaces(dataDirectory: string): Workspaces {
  const users = join(dataDirectory, 'users');
  const home = (accountId: string) => join(users, accountId, 'workflows');
  const path = ({ accountId, workspaceId }: WorkspaceKey) => join(home(accountId), workspaceId);
  const ensure = async (key: WorkspaceKey): Promise<string> => {
    await mkdir(home(key.accountId), { recursive: true, mode: passage });
    await mkdir(path(key), { recursive: true, mode: 0o700 });
    return path(key);
  };
  const open = async (key: WorkspaceKey) => {
    const root = await ensure(key);
    // Once a job has run here the directory is its uid's; what is put in later shall be so too.
    const { uid, gid } = await stat(root);
    const given = process.getuid?.() === 0 && uid !== 0;
    return openConfined(root, given ? { owner: { uid, gid } } : {});
  };
  return {
    path,
    open,
    within: async (key, work) => {
      const files = await open(key);
      try {
        return await work(files);
      } finally {
        files.close();
      }
    },
    remove: async ({ accountId, workspaceId }) => {
      const files = await openConfined(home(accountId)).catch(() => undefined);
      if (files === undefined) return;
      try {
        if ((await files.stat(workspaceId)) !== undefined) await files.removeTree(workspaceId);
      } finally {
        files.close();
      }
    },
    all: async () => {
      const found: WorkspaceKey[] = [];
      for (const accountId of await readdir(users).catch(() => [])) {
        for (const workspaceId of await readdir(home(accountId)).catch(() => [])) {
          found.push({ accountId, workspaceId });
        }
      }
      return found;
    },
  };
}

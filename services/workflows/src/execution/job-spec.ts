import { join } from 'node:path';
import { rucioFiles } from '@vre/client-files';
import type { JobSpec, NetworkPolicy } from '@vre/compute-port';
import type { PreparedEnvironment } from '@vre/environments';
import type { Account } from '../authentication/account.ts';
import type { Secret } from '../secrets/secret-store.ts';
import type { JobFolder } from './job-folder.ts';

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where REANA puts file secrets; only a sandbox can show them there. */
const secretsTarget = '/etc/reana/secrets';

/** Everything a back-end needs to run one command of a run. */
export function buildJobSpec(parts: {
  readonly jobId: string;
  readonly folder: JobFolder;
  readonly workspace: string;
  readonly workspaceId: string;
  readonly runId: string;
  readonly command: string;
  readonly environments: readonly PreparedEnvironment[];
  readonly account: Account;
  readonly secrets: readonly Secret[];
  readonly rucio: boolean;
  readonly sandboxed: boolean;
  readonly limits: JobSpec['limits'];
  readonly network: NetworkPolicy;
}): JobSpec {
  const { folder, workspace, environments } = parts;
  const files = parts.secrets.filter(({ kind }) => kind === 'file');
  const variables = parts.secrets.filter(({ kind }) => kind === 'env');
  const variablesFile = join(folder.directory, 'variables.sh');
  const secretFiles = [
    ...files.map(({ name, value }) => ({
      path: join(folder.secrets, name),
      content: Buffer.from(value, 'base64').toString(),
    })),
    ...(variables.length === 0 ? [] : [{ path: variablesFile, content: variables.map(exportLine).join('') }]),
  ];
  const first = environments[0]?.binDirectory;
  const binDirectories = environments.flatMap(({ binDirectory }) => binDirectory ?? []);
  const readable = new Set(environments.flatMap(({ paths }) => paths));
  return {
    jobId: parts.jobId,
    jobDirectory: folder.control,
    // Secrets reach the job's variables through a file, so that no back-end ever writes them down.
    command:
      variables.length === 0
        ? ['bash', '-c', parts.command]
        : ['bash', '-c', '. "$0" && exec bash -c "$1"', variablesFile, parts.command],
    workingDirectory: workspace,
    environment: {
      PATH: [...binDirectories, systemPath].join(':'),
      HOME: folder.home,
      USER: parts.account.username,
      LOGNAME: parts.account.username,
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      TMPDIR: '/tmp',
      PYTHONUNBUFFERED: '1',
      REANA_WORKSPACE: workspace,
      REANA_WORKFLOW_UUID: parts.runId,
      ...(first === undefined ? {} : { VIRTUAL_ENV: first.replace(/\/bin$/, '') }),
      ...(files.length === 0
        ? {}
        : { REANA_SECRETS_DIRECTORY: parts.sandboxed ? secretsTarget : folder.secrets }),
      ...(parts.rucio
        ? {
            RUCIO_CONFIG: rucioFiles(folder.credentials).config,
            BEARER_TOKEN_FILE: rucioFiles(folder.credentials).token,
          }
        : {}),
    },
    secretFiles,
    mounts: [
      { source: workspace, target: workspace, readOnly: false },
      { source: folder.home, target: folder.home, readOnly: false },
      // Writable, so that it belongs to the job's uid; the platform replaces its files from outside.
      ...(parts.rucio ? [{ source: folder.credentials, target: folder.credentials, readOnly: false }] : []),
      ...(files.length > 0 && parts.sandboxed
        ? [{ source: folder.secrets, target: secretsTarget, readOnly: true }]
        : []),
      ...[...readable].map((path) => ({ source: path, target: path, readOnly: true })),
    ],
    limits: parts.limits,
    network: parts.network,
    principal: {
      accountId: parts.account.id,
      username: parts.account.username,
      number: parts.account.number,
    },
  };
}

/** One line for a shell; single quotes keep everything as it is. */
function exportLine({ name, value }: Secret): string {
  const text = Buffer.from(value, 'base64').toString();
  return `export ${name}='${text.replaceAll("'", `'\\''`)}'\n`;
}

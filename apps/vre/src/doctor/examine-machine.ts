import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createBubblewrapBackend } from '@vre/compute-bubblewrap';
import { createProcessBackend } from '@vre/compute-process';
import { findBinaries, requireUnprivileged } from '@vre/database';
import type { Configuration } from '../configuration/configuration.ts';
import { type Disk, examineDisk, type StatFileSystem, sentenceOnSpace } from '../installation/disk.ts';

/** One fact about the machine. `missing` disables something; `limited` works, but less well. */
export type Finding = {
  readonly what: string;
  readonly verdict: 'good' | 'limited' | 'missing';
  readonly sentence: string;
};

const run = promisify(execFile);
const leastFreeBytes = 5e9;

/** Looks at everything the platform uses. Each sentence says what follows and what to do. */
export async function examineMachine(
  directory: string,
  configuration?: Configuration,
  statfs?: StatFileSystem,
): Promise<readonly Finding[]> {
  let existing = resolve(directory);
  while (!existsSync(existing)) existing = dirname(existing);
  const disk = await examineDisk(existing, statfs);
  return [
    nodeJs(),
    await postgres(configuration),
    await python(),
    ...(await jobs()),
    space(disk),
    ...place(disk, configuration),
  ];
}

function nodeJs(): Finding {
  return { what: 'Node.js', verdict: 'good', sentence: process.version };
}

async function postgres(configuration: Configuration | undefined): Promise<Finding> {
  const what = 'PostgreSQL';
  if (configuration?.database.url !== undefined)
    return { what, verdict: 'good', sentence: 'your own, by database.url' };
  try {
    const binaries = findBinaries();
    await requireUnprivileged();
    return { what, verdict: 'good', sentence: `embedded, ${binaries}` };
  } catch (error) {
    return { what, verdict: 'missing', sentence: (error as Error).message };
  }
}

async function python(): Promise<Finding> {
  try {
    const { stdout } = await run('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    const version = stdout.trim();
    if (!['3.11', '3.12', '3.13'].includes(version)) {
      return {
        what: 'Python',
        verdict: 'limited',
        sentence: `python3 is ${version}; environments are made for 3.11 to 3.13: install one of these`,
      };
    }
    await run('python3', ['-m', 'pip', '--version']).catch(() => run('uv', ['--version']));
    return {
      what: 'Python',
      verdict: 'good',
      sentence: `${version} with pip or uv: environments can be built`,
    };
  } catch {
    return {
      what: 'Python',
      verdict: 'missing',
      sentence:
        'python3 with pip is missing, so no environment can be built and no workflow that needs one runs: apt install python3 python3-pip',
    };
  }
}

async function jobs(): Promise<readonly Finding[]> {
  // What jobs of people run as: an unprivileged user when the platform is root, else the operator.
  const runAs = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : 'self';
  const bubblewrap = await createBubblewrapBackend({ runAs }).describe();
  const plain = await createProcessBackend({ runAs }).describe();
  return [
    bubblewrap.unavailable === undefined
      ? { what: 'job isolation', verdict: 'good', sentence: bubblewrap.isolation }
      : {
          what: 'job isolation',
          verdict: 'limited',
          sentence: `${bubblewrap.unavailable} Jobs run as plain processes where that is allowed.`,
        },
    {
      what: 'job limits',
      verdict: 'good',
      sentence: bubblewrap.unavailable === undefined ? bubblewrap.limitsBy : plain.limitsBy,
    },
  ];
}

function space(disk: Disk): Finding {
  const roomForEnvironments = disk.freeBytes >= leastFreeBytes;
  return {
    what: 'disk space',
    verdict: disk.verdict === 'full' ? 'missing' : roomForEnvironments ? 'good' : 'limited',
    sentence: `${sentenceOnSpace(disk)}${roomForEnvironments ? '' : ' Environments alone take about 2 GB.'}`,
  };
}

/** A network file system under the embedded database. */
function place({ directory, network }: Disk, configuration: Configuration | undefined): readonly Finding[] {
  if (network === undefined || configuration?.database.url !== undefined) return [];
  const allowed = configuration?.database['allow-network-file-system'] === true;
  return [
    {
      what: 'file system',
      verdict: allowed ? 'limited' : 'missing',
      sentence: allowed
        ? `${directory} lies on ${network}: the embedded database is as safe as its locks and flushes are, and slower.`
        : `${directory} lies on ${network}, where the embedded database is not safe: choose a --data directory on a disk of this machine, or set database.url.`,
    },
  ];
}

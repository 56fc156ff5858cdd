import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createBubblewrapBackend } from '@vre/compute-bubblewrap';
import { createProcessBackend } from '@vre/compute-process';
import { findBinaries } from '@vre/database';

/** One fact about the machine. `missing` disables something; `limited` works, but less well. */
export type Finding = {
  readonly what: string;
  readonly verdict: 'good' | 'limited' | 'missing';
  readonly sentence: string;
};

const run = promisify(execFile);
const leastFreeBytes = 5e9;

/** Looks at everything the platform uses. Each sentence says what follows and what to do. */
export async function examineMachine(directory: string): Promise<readonly Finding[]> {
  return [nodeJs(), postgres(), await python(), ...(await jobs()), await space(directory)];
}

function nodeJs(): Finding {
  return { what: 'Node.js', verdict: 'good', sentence: process.version };
}

function postgres(): Finding {
  try {
    return { what: 'PostgreSQL', verdict: 'good', sentence: `embedded, ${findBinaries()}` };
  } catch (error) {
    return { what: 'PostgreSQL', verdict: 'missing', sentence: (error as Error).message };
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

async function space(directory: string): Promise<Finding> {
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  return {
    what: 'disk space',
    verdict: free < leastFreeBytes ? 'limited' : 'good',
    sentence: `${(free / 1e9).toFixed(0)} GB free in ${join(existing)}${free < leastFreeBytes ? ': environments alone take about 2 GB' : ''}`,
  };
}

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGroup, findControlGroups, groupSettings } from './control-groups.ts';
import { scopeCommand } from './systemd-scope.ts';

const limits = { cpus: 1.5, memoryBytes: 64_000_000, processes: 20 };

describe('kernel settings for limits', () => {
  it('v2', () => {
    expect(groupSettings('v2', limits)).toEqual([
      { controller: 'memory', file: 'memory.max', value: '64000000' },
      { controller: 'memory', file: 'memory.swap.max', value: '0', optional: true },
      { controller: 'cpu', file: 'cpu.max', value: '150000 100000' },
      { controller: 'pids', file: 'pids.max', value: '20' },
    ]);
  });
  it('v1', () => {
    expect(groupSettings('v1', limits).map(({ file, value }) => `${file}=${value}`)).toEqual([
      'memory.limit_in_bytes=64000000',
      'memory.memsw.limit_in_bytes=64000000',
      'cpu.cfs_period_us=100000',
      'cpu.cfs_quota_us=150000',
      'pids.max=20',
    ]);
  });
  it('none', () => expect(groupSettings('v2', {})).toEqual([]));
  it('systemd', () => {
    expect(scopeCommand('vre-job-x.scope', true, limits).join(' ')).toBe(
      'systemd-run --user --scope --quiet --unit=vre-job-x.scope --property=MemoryMax=64000000 ' +
        '--property=MemorySwapMax=0 --property=CPUQuota=150% --property=TasksMax=20 --',
    );
  });
});

describe('control groups on a tree made of plain files', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'vre-groups-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('are not there when the v2 tree offers no memory controller and there is no v1', async () => {
    await writeFile(join(root, 'cgroup.controllers'), 'hugetlb\n');
    expect(await findControlGroups(root)).toBeUndefined();
  });

  it('are not there when a setting cannot be written', async () => {
    // A plain directory has no memory.limit_in_bytes: a kernel that lacks the file looks the same.
    for (const controller of ['memory', 'cpu', 'pids']) {
      await mkdir(join(root, controller));
      await writeFile(join(root, controller, 'cgroup.procs'), '');
    }
    expect(await findControlGroups(root)).toBeUndefined();
  });

  it('write what the limits say and stay below vre/', async () => {
    const group = join(root, 'vre', 'job');
    await mkdir(group, { recursive: true });
    for (const file of ['memory.max', 'cpu.max', 'pids.max']) await writeFile(join(group, file), '');
    const made = await createGroup({ version: 'v2', root }, 'job', limits);
    expect(await readFile(join(group, 'memory.max'), 'utf8')).toBe('64000000');
    expect(await readFile(join(group, 'cpu.max'), 'utf8')).toBe('150000 100000');
    expect(made).toEqual({
      joinFiles: [join(group, 'cgroup.procs')],
      membersFile: join(group, 'cgroup.procs'),
      oomFile: join(group, 'memory.events'),
      directories: [group],
    });
  });
});

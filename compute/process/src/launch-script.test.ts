import { describe, expect, it } from 'vitest';
import { type LaunchPlan, launchScript } from './launch-script.ts';

const plan: LaunchPlan = {
  invocation: { argv: ['prog', "it's"], descriptors: [], setsEnvironment: false },
  environment: { LD_PRELOAD: '/evil.so', VRE_JOB_ID: 'x' },
  marker: 'VRE_JOB_ID=x',
  workingDirectory: '/w',
  owner: { uid: 7, gid: 8 },
  joinFiles: ['/sys/fs/cgroup/pids/vre/x/cgroup.procs'],
  limitPrefix: [],
  fileSizeBytes: 1024,
  userProcesses: undefined,
  cpuList: undefined,
  exposures: [],
};

describe('launch script', () => {
  it('joins its groups, drops rights, and only then takes the job’s environment', () => {
    const script = launchScript(plan);
    const order = [
      'cgroup.procs',
      'ulimit -f 2',
      '--reuid=7',
      '--no-new-privs',
      'env -i',
      'LD_PRELOAD',
      'prog',
    ];
    const places = order.map((text) => script.indexOf(text));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('leaves the environment to a sandbox, but for the marker', () => {
    const script = launchScript({ ...plan, invocation: { ...plan.invocation, setsEnvironment: true } });
    expect(script).not.toContain('LD_PRELOAD');
    expect(script).toContain('VRE_JOB_ID=x');
  });

  it('keeps the uid of an ordinary platform and still gives up new rights', () => {
    const script = launchScript({ ...plan, owner: undefined });
    expect(script).not.toContain('--reuid');
    expect(script).toContain('setpriv --no-new-privs');
  });

  it('covers a closed directory before it shows what is needed of it', () => {
    const path = { path: '/closed/a b', source: '/closed/real', readOnly: true, isFile: false };
    const script = launchScript({ ...plan, exposures: [{ hidden: '/closed', paths: [path] }] });
    expect(script).toContain('unshare --mount --propagation private');
    expect(script).toContain('/proc/self/fd/9/real');
    expect(script.indexOf('tmpfs')).toBeLessThan(script.indexOf('--bind'));
    expect(script.indexOf('--bind')).toBeLessThan(script.indexOf('--reuid'));
  });
});

import { execFile } from 'node:child_process';
import { readlinkSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import type { JobOwner, Sandbox } from '@vre/compute-process';
import { bubblewrapArguments, type SystemPath, type SystemPathKind } from './bubblewrap-arguments.ts';

const run = promisify(execFile);

/** What a system's userland consists of; links stay links (`/bin` → `usr/bin`). */
const systemDirectories = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt'];
/** What programs of the job need to know of the system: name service, certificates, time zone, fonts, loader. */
const systemSettings = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/fonts',
  '/etc/host.conf',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/nsswitch.conf',
  '/etc/resolv.conf',
  '/etc/services',
  '/etc/ssl',
];

function kindOf(path: string): SystemPathKind | undefined {
  try {
    return { link: readlinkSync(path) };
  } catch {
    // not a link
  }
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : 'bind';
}

/** The machine's own userland, as far as it exists. */
function systemPaths(): readonly SystemPath[] {
  const directories = systemDirectories.flatMap((path): SystemPath[] => {
    const kind = kindOf(path);
    return kind === undefined ? [] : [{ path, kind }];
  });
  // Settings are bound by what they point at: their targets may lie outside of what is shown.
  const settings = systemSettings
    .filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined)
    .map((path): SystemPath => ({ path, kind: 'bind' }));
  return [...directories, ...settings];
}

/** Accounts as the job sees them: its own, so that programs find a name and a home for their uid. */
function accountFiles(owner: JobOwner, username: string) {
  const name = /^[a-z][a-z0-9_-]{0,30}$/.test(username) ? username : 'job';
  return {
    passwd: `root:x:0:0:root:/root:/usr/sbin/nologin\n${name}:x:${owner.uid}:${owner.gid}:${name}:/home:/bin/sh\n`,
    group: `root:x:0:\n${name}:x:${owner.gid}:\n`,
  };
}

/** The words before a program that is to run with the owner's rights. */
function dropTo(owner: JobOwner | undefined): readonly string[] {
  return owner === undefined
    ? ['setpriv', '--no-new-privs']
    : [
        'setpriv',
        `--reuid=${owner.uid}`,
        `--regid=${owner.gid}`,
        '--clear-groups',
        '--no-new-privs',
        '--inh-caps=-all',
        '--bounding-set=-all',
      ];
}

export function bubblewrapSandbox(program: string): Sandbox {
  const self = (): JobOwner => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
  return {
    name: 'bubblewrap',
    async describe(owner) {
      const isolation =
        'read-only system, private /tmp, own users, processes, host name and inter-process objects; same kernel, ' +
        'no system call filter';
      const words = bubblewrapArguments({
        system: systemPaths(),
        mounts: [],
        secretPaths: [],
        workingDirectory: '/',
        environment: { PATH: '/usr/bin:/bin' },
        network: 'none',
        descriptors: { passwd: undefined, group: undefined },
      });
      const [first, ...rest] = [...dropTo(owner), program, ...words, '--', '/bin/true'];
      try {
        await run(first as string, rest, { cwd: '/', timeout: 10_000 });
        return { unavailable: undefined, isolation };
      } catch (error) {
        return { unavailable: whyNot(error, program), isolation };
      }
    },
    invocation(spec, environment, owner) {
      const words = bubblewrapArguments({
        system: systemPaths(),
        mounts: spec.mounts,
        secretPaths: spec.secretFiles.map(({ path }) => path),
        workingDirectory: spec.workingDirectory,
        environment,
        network: spec.network,
        descriptors: { passwd: 4, group: 5 },
      });
      const { passwd, group } = accountFiles(owner ?? self(), spec.principal.username);
      return {
        // By descriptor, because a command line can be read by every user of the machine.
        argv: [program, '--args', '3', '--', ...spec.command],
        descriptors: [
          { fd: 3, name: 'bubblewrap.args', content: words.map((word) => `${word}\0`).join('') },
          { fd: 4, name: 'passwd', content: passwd },
          { fd: 5, name: 'group', content: group },
        ],
        setsEnvironment: true,
      };
    },
  };
}

function whyNot(error: unknown, program: string): string {
  const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
  const text = (stderr ?? message).trim().split('\n').at(-1) ?? '';
  if (code === 'ENOENT' || code === 127 || /No such file/.test(text)) {
    return `bubblewrap (${program}) is not installed: apt-get install bubblewrap.`;
  }
  return `bubblewrap is installed but cannot run here: ${text}. Unprivileged user namespaces may be switched off (sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces, or AppArmor).`;
}

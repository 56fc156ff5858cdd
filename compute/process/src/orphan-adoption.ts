import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Number of the system call `prctl`, for Perl, which has no library to ask. */
const prctlNumbers: Readonly<Record<string, number>> = { x64: 157, arm64: 167 };

/** Closes what was inherited, then becomes the program given, which adopts orphans: PR_SET_CHILD_SUBREAPER survives exec. */
const candidates = (): readonly (readonly [string, ...string[]])[] => {
  const prctl = prctlNumbers[process.arch];
  const perl =
    'use POSIX (); opendir my $d, "/proc/self/fd" or exit 125; POSIX::close($_) for grep { /^\\d+$/ && $_ > 2 } readdir $d;';
  const python = [
    'import ctypes, os, sys',
    'os.closerange(3, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") < 65536 else 65536)',
    'ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0 or sys.exit(125)',
    'os.execv(sys.argv[1], sys.argv[1:])',
  ];
  return [
    ...(prctl === undefined
      ? []
      : [
          [
            '/usr/bin/perl',
            '-e',
            `${perl} syscall(${prctl}, 36, 1, 0, 0, 0) == 0 or exit 125; exec @ARGV; exit 127`,
          ] as const,
        ]),
    ['/usr/bin/python3', '-I', '-S', '-c', python.join('\n')],
  ];
};

/**
 * Words before the starter that make it the parent of every orphan of its job, and take away descriptors that the
 * platform itself inherited. Without them a program in a session of its own, with an emptied environment, whose parent
 * ended would belong to nobody. Empty where neither Perl nor Python can do it.
 */
export async function adoptionPrefix(): Promise<readonly string[]> {
  for (const [program, ...words] of candidates()) {
    const works = await run(program, [...words, '/bin/sh', '-c', 'exit 0']).then(
      () => true,
      () => false,
    );
    if (works) return [program, ...words];
  }
  return [];
}

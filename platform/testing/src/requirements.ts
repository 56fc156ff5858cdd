import { execFileSync } from 'node:child_process';

/** A program some tests need: present, or the reason why they are skipped. */
export type Requirement = { readonly present: boolean; readonly reason: string };

/** Programs that a test may need, with a command that proves they work. */
const probes = {
  // Environments are made from an interpreter by uv, which pip can fetch.
  python: ['sh', ['-c', 'python3 --version && { python3 -m pip --version || uv --version; }']],
  chromium: ['chromium', ['--version']],
  bubblewrap: ['bwrap', ['--ro-bind', '/', '/', 'true']],
  postgresql: [
    'sh',
    ['-c', 'for bin in /usr/lib/postgresql/*/bin; do "$bin/postgres" --version || exit 1; done'],
  ],
  'small disks': ['unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt']],
  'user namespaces': ['unshare', ['--user', '--map-root-user', 'true']],
  'network namespaces': ['unshare', ['--net', '--map-root-user', 'ip', 'link']],
} as const satisfies Record<string, readonly [string, readonly string[]]>;

/**
 * Whether a program works here. A missing one that `TEST_REQUIRE` (comma-separated) names is an error, so that a run
 * that must prove everything cannot pass by skipping.
 */
export function requirement(name: keyof typeof probes): Requirement {
  const [program, words] = probes[name];
  try {
    execFileSync(program, words, { stdio: 'ignore' });
    return { present: true, reason: '' };
  } catch {
    const reason = `${name} does not work here ("${[program, ...words].join(' ')}" fails)`;
    if ((process.env['TEST_REQUIRE'] ?? '').split(',').includes(name))
      throw new Error(`TEST_REQUIRE names ${name}, but ${reason}`);
    return { present: false, reason };
  }
}

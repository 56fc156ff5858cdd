/** The static checks, each one line: format and lint, types, import directions, dead code, repository rules. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', name);

export const checks = [
  ['compiles', [bin('typescript7/bin/tsc'), '-b']],
  ['types of tests and scripts', [bin('typescript7/bin/tsc'), '-p', 'tsconfig.tests.json']],
  ['types of the portal', [bin('typescript7/bin/tsc'), '-p', 'apps/portal', '--noEmit']],
  ['format and lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  [
    'import directions',
    [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      'apps',
      'services',
      'engines',
      'compute',
      'storage',
      'platform',
      'protocols',
      'environments/src',
    ],
  ],
  ['a planted import violation is found', ['--import', 'tsx', 'scripts/check-boundaries.ts']],
  ['dead code', [bin('knip/bin/knip.js'), '--no-progress']],
  ['repository rules', ['--import', 'tsx', 'scripts/check-repository.ts']],
];

/** Runs them all; returns how many failed. */
export function runChecks() {
  let failed = 0;
  for (const [title, command] of checks) {
    const started = Date.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)\n`);
    if (status !== 0) {
      failed++;
      process.stdout.write(`${stdout}${stderr}\n`);
    }
  }
  return failed;
}

if (process.argv[1] === import.meta.filename) process.exit(runChecks() === 0 ? 0 : 1);

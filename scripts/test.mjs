/**
 * Everything that proves the product: static checks, unit and database tests, then the tests of every kind against a
 * running VRE. Ends with one line of totals; the exit code says whether anything failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checks, runChecks } from './check.mjs';

const root = join(import.meta.dirname, '..');
const results = join(root, 'artefacts');
mkdirSync(results, { recursive: true });

const build = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

const failedChecks = runChecks();
const total = { passed: checks.length - failedChecks, failed: failedChecks, skipped: 0 };

// The system tests come first: they build the clients' environments, which some of the others use as well.
for (const config of ['vitest.system.config.ts', 'vitest.config.ts']) {
  const file = join(results, `${config}.json`);
  rmSync(file, { force: true });
  spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      config,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...builtClients() } },
  );
  add(file, config);
}
process.stdout.write(`tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(total.failed === 0 ? 0 : 1);

/** Variables that let tests use what the system tests have built; without Python there is nothing. */
function builtClients() {
  const environments = join(root, '.vre-test/builds/environments');
  if (!existsSync(environments)) return {};
  const reana = readdirSync(environments)
    .map((name) => join(environments, name, 'bin/reana-client'))
    .find((path) => /reana-client-[0-9a-f]+\/bin/.test(path) && existsSync(path));
  return reana === undefined ? {} : { TEST_REANA_CLIENT: reana, TEST_ENVIRONMENTS: 'all' };
}

/** A run that wrote no result, or in which a file failed to load, counts as a failure. */
function add(file, config) {
  if (!existsSync(file)) {
    process.stdout.write(`${config}: the run ended without a result\n`);
    total.failed++;
    return;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  const brokenFiles = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  );
  total.failed += brokenFiles.length;
  if (!report.success && report.numFailedTests === 0 && brokenFiles.length === 0) total.failed++;
  const skipped = report.testResults.flatMap((result) =>
    result.assertionResults.filter(({ status }) => status === 'pending' || status === 'skipped'),
  );
  for (const { fullName } of skipped) process.stdout.write(`skipped: ${fullName}\n`);
}

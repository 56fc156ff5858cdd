import { type BuildOptions, buildEnvironment, builderVariables } from './build.ts';
import { type BuildRecord, readRecord, treeBytes, writeRecord } from './build-record.ts';
import type { Environment } from './declaration.ts';
import { runSmokeTest } from './smoke-test.ts';

/**
 * Runs the smoke test of an environment again, building it first when it is not there, and records that it passed.
 * @throws EnvironmentError when it fails; the record keeps the last time that it passed.
 */
export async function testEnvironment(environment: Environment, options: BuildOptions): Promise<BuildRecord> {
  const { dataDirectory, env = process.env, report = () => undefined, signal } = options;
  const { directory } = await buildEnvironment(environment, options);
  const run = { env: builderVariables(env, dataDirectory), report, signal };
  const smokeTest = await runSmokeTest(environment, directory, run);
  const before = await readRecord(directory);
  const record = {
    name: environment.name,
    ...(before ?? { builtAt: smokeTest.at, bytes: await treeBytes(directory) }),
    smokeTest,
  };
  await writeRecord(directory, record);
  return record;
}

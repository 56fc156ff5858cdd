import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEnvironment, loadEnvironments } from '@vre/environments';
import { type Figure, median } from '../measurement.ts';

const rounds = 3;

/** The environment `minimal` from its lock, when every package was downloaded before. */
export async function coldFigures(): Promise<readonly Figure[]> {
  const environment = (await loadEnvironments()).find(({ name }) => name === 'minimal');
  if (environment === undefined) throw new Error('there is no environment minimal');
  const dataDirectory = await mkdtemp(join(tmpdir(), 'vre-bench-cold-'));
  const seconds: number[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      const begun = performance.now();
      const { directory } = await buildEnvironment(environment, { dataDirectory });
      // The first one downloads.
      if (round > 0) seconds.push((performance.now() - begun) / 1000);
      await rm(directory, { recursive: true, force: true });
    }
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
  return [
    {
      what: 'environment minimal from its lock, packages at hand',
      measured: median(seconds),
      unit: 's',
      bound: 'at most',
      limit: 15,
    },
  ];
}

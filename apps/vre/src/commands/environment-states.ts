import { type Environment, locateEnvironment, type Profile, readRecord } from '@vre/environments';

/** An environment as `vre env list --json` has it. */
export type EnvironmentState = {
  readonly name: string;
  readonly title: string;
  readonly images: readonly string[];
  readonly profile: Profile | undefined;
  readonly built: boolean;
  readonly directory: string | undefined;
  /** Bytes of its files; unknown when it was built by an older version. */
  readonly bytes: number | undefined;
  readonly builtAt: string | undefined;
  readonly buildSeconds: number | undefined;
  readonly lastPassed: string | undefined;
};

/** What is declared beside what is built below a data directory; nothing is built. */
export async function environmentStates(
  environments: readonly Environment[],
  dataDirectory: string,
): Promise<readonly EnvironmentState[]> {
  return Promise.all(
    environments.map(async (environment): Promise<EnvironmentState> => {
      const { name, title, images, profile } = environment;
      const { built, isThere } = await locateEnvironment(environment, { dataDirectory });
      const record = isThere ? await readRecord(built.directory) : undefined;
      return {
        name,
        title,
        images,
        profile,
        built: isThere,
        directory: isThere ? built.directory : undefined,
        bytes: record?.bytes,
        builtAt: record?.builtAt,
        buildSeconds: record?.seconds,
        lastPassed: record?.smokeTest.at,
      };
    }),
  );
}

/** One line an environment. */
export function printStates(states: readonly EnvironmentState[]): void {
  const day = (time: string | undefined) => time?.slice(0, 10) ?? 'unknown';
  for (const { name, title, images, profile, built, bytes, builtAt, lastPassed } of states) {
    const size = bytes === undefined ? '' : `${Math.round(bytes / 1e6)} MB`;
    const state = built ? `built ${day(builtAt)}, passed ${day(lastPassed)}` : 'not built';
    const stands = images.length > 0 ? `   (stands for ${images.join(', ')})` : '';
    const card = profile === undefined ? '' : '   (notebooks)';
    process.stdout.write(
      `${name.padEnd(15)} ${size.padStart(8)}  ${state.padEnd(38)} ${title}${stands}${card}\n`,
    );
  }
}

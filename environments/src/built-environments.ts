import { access } from 'node:fs/promises';
import { type BuiltEnvironment, buildEnvironment } from './build.ts';
import type { Environment } from './declaration.ts';
import type { EnvironmentSource, PreparedEnvironment } from './environment-source.ts';
import { defaultImageTable, hostUserland, type ImageRule, imageToEnvironment } from './images.ts';

/** Builds environments below one data directory; `report` hears one line at a time. */
export type EnvironmentBuilder = (
  environment: Environment,
  options: { readonly report: (line: string) => void; readonly signal: AbortSignal },
) => Promise<BuiltEnvironment>;

/** Looking for the interpreter costs more than a short job: what was built is remembered while it is there. */
export function environmentBuilder(dataDirectory: string): EnvironmentBuilder {
  const ready = new Map<string, BuiltEnvironment>();
  return async (environment, { report, signal }) => {
    const key = `${environment.name}\0${environment.lock}`;
    const before = ready.get(key);
    const there =
      before !== undefined &&
      (await access(before.binDirectory).then(
        () => true,
        () => false,
      ));
    const built = there ? before : await buildEnvironment(environment, { dataDirectory, report, signal });
    ready.set(key, built);
    return built;
  };
}

/** The declared environments, built on demand below the installation's data directory; `host` is the machine's own. */
export function builtEnvironments(options: {
  readonly environments: readonly Environment[];
  readonly ownImages: readonly ImageRule[];
  /** The installation's data directory, which other services build their environments in as well. */
  readonly dataDirectory: string;
}): EnvironmentSource & { readonly known: () => readonly string[] } {
  const { environments } = options;
  const table = defaultImageTable(environments, options.ownImages);
  const known = [hostUserland, ...environments.map(({ name }) => name)];
  const build = environmentBuilder(options.dataDirectory);
  return {
    known: () => known,
    forImage: (image) => imageToEnvironment(image, table).environment,
    prepare: async (name, { report, signal }): Promise<PreparedEnvironment> => {
      if (name === hostUserland) return { name, binDirectory: undefined, paths: [] };
      const environment = environments.find((candidate) => candidate.name === name);
      if (!environment) {
        throw new Error(`There is no environment "${name}": known are ${known.join(', ')}.`);
      }
      const built = await build(environment, { report, signal });
      return { name, binDirectory: built.binDirectory, paths: built.paths };
    },
  };
}

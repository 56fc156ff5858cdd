import { access } from 'node:fs/promises';
import {
  type BuiltEnvironment,
  buildEnvironment,
  defaultImageTable,
  type Environment,
  hostUserland,
  type ImageRule,
  imageToEnvironment,
} from '@vre/environments';
import type { EnvironmentSource, PreparedEnvironment } from './environment-source.ts';

/** The declared environments, built on demand below the installation's data directory; `host` is the machine's own. */
export function builtEnvironments(options: {
  readonly environments: readonly Environment[];
  readonly ownImages: readonly ImageRule[];
  /** The installation's data directory, which other services build their environments in as well. */
  readonly dataDirectory: string;
}): EnvironmentSource & { readonly known: () => readonly string[] } {
  const { environments, dataDirectory } = options;
  const table = defaultImageTable(environments, options.ownImages);
  const known = [hostUserland, ...environments.map(({ name }) => name)];
  // Looking for the interpreter costs more than a short job: what was built is remembered while it is there.
  const ready = new Map<string, BuiltEnvironment>();
  return {
    known: () => known,
    forImage: (image) => imageToEnvironment(image, table).environment,
    prepare: async (name, { report, signal }): Promise<PreparedEnvironment> => {
      if (name === hostUserland) return { name, binDirectory: undefined, paths: [] };
      const environment = environments.find((candidate) => candidate.name === name);
      if (!environment) {
        throw new Error(`There is no environment "${name}": known are ${known.join(', ')}.`);
      }
      const before = ready.get(name);
      const there =
        before !== undefined &&
        (await access(before.binDirectory).then(
          () => true,
          () => false,
        ));
      const built = there ? before : await buildEnvironment(environment, { dataDirectory, report, signal });
      ready.set(name, built);
      return { name, binDirectory: built.binDirectory, paths: built.paths };
    },
  };
}

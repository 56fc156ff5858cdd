import { type BuiltEnvironment, buildEnvironment, loadEnvironment } from '@vre/environments';

/** Builds the named environments below a data directory (a moment when they are there), telling each line of progress. */
export async function buildEnvironments<Name extends string>(
  names: readonly Name[],
  dataDirectory: string,
  report: (line: string) => void,
): Promise<Readonly<Record<Name, BuiltEnvironment>>> {
  const built: Partial<Record<Name, BuiltEnvironment>> = {};
  for (const name of names)
    built[name] = await buildEnvironment(await loadEnvironment(name), { dataDirectory, report });
  return built as Record<Name, BuiltEnvironment>;
}

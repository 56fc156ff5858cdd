import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltEnvironment, Environment, PreparedKernels } from '@vre/environments';
import { labEnvironmentName } from '../profiles/cards.ts';
import { StartFailure } from '../servers/server-failure.ts';
import type { ServerParts } from '../servers/server-parts.ts';

/** Programs that notebooks need and whose pins agree with nothing else: an environment, one program of it. */
const companions = [{ environment: 'reana-client', program: 'reana-client' }] as const;

export type ServerSoftware = {
  /** Folders of programs, first come first served. */
  readonly binDirectories: readonly string[];
  readonly readable: readonly string[];
  readonly kernels: PreparedKernels;
};

type Report = (line: string) => void;

/** Builds what is not there yet: JupyterLab, the card's environment, and companions, which a server can do without. */
export async function prepareSoftware(
  parts: Pick<ServerParts, 'build' | 'environments' | 'prepareKernels'>,
  wanted: {
    readonly profile: string;
    readonly settings: string;
    readonly overlay: string;
    readonly report: Report;
    readonly signal: AbortSignal;
  },
): Promise<ServerSoftware> {
  const { report, signal, settings } = wanted;
  const named = (name: string): Environment => {
    const found = parts.environments.find((environment) => environment.name === name);
    if (found === undefined) {
      throw new StartFailure(
        `There is no environment "${name}" any more: choose another one, or ask the operator to declare it again.`,
      );
    }
    return found;
  };
  const build = (name: string) => parts.build(named(name), { report, signal });
  const lab = await build(labEnvironmentName);
  const kernel = wanted.profile === labEnvironmentName ? lab : await build(wanted.profile);
  const kernels = await parts.prepareKernels({
    lab,
    kernel,
    overlay: wanted.overlay,
    directory: join(settings, 'kernels'),
    overlayInJob: true,
  });
  const programs = join(settings, 'bin');
  await mkdir(programs, { recursive: true });
  await chmod(programs, 0o755);
  const besides: BuiltEnvironment[] = [];
  for (const { environment, program } of companions) {
    try {
      const built = await build(environment);
      // Another worker may have come this far before it died.
      await rm(join(programs, program), { force: true });
      await symlink(join(built.binDirectory, program), join(programs, program));
      besides.push(built);
    } catch (error) {
      signal.throwIfAborted();
      report(`going on without ${program}: ${(error as Error).message}`);
    }
  }
  return {
    binDirectories: [
      ...new Set([join(wanted.overlay, 'bin'), kernel.binDirectory, lab.binDirectory, programs]),
    ],
    readable: [...new Set([lab, kernel, ...besides].flatMap(({ paths }) => paths)), ...kernels.paths],
    kernels,
  };
}

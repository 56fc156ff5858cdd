import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../bin/vre.js', import.meta.url));

/** A VRE started for the demo. */
export interface PlatformHandle {
  stop(): Promise<void>;
}

/**
 * Runs a `vre` command to its end and returns what it printed; throws its message when it fails. `before` are words in
 * front of the command, for instance to enter a network namespace.
 */
export function vre(words: readonly string[], before: readonly string[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    const [program, ...rest] = [...before, process.execPath, entry, ...words] as [string, ...string[]];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(output.trim().replace(/^vre: /, ''))),
    );
  });
}

/**
 * What the demo configures. Its researchers are all played by whoever starts it, so their jobs may share that person's
 * uid where there is neither bubblewrap nor root.
 */
const configuration = `# Made by the demo. Everyone with an account here is the person who started it.
workflows:
  trust-users: true
`;

/** The demo's configuration file in its data directory. */
export const demoConfigFile = (dataDirectory: string): string => join(dataDirectory, 'vre.yaml');

/** Starts the platform of a data directory in the background. */
export async function startPlatform(
  dataDirectory: string,
  portBase: number | undefined,
): Promise<PlatformHandle> {
  const config = demoConfigFile(dataDirectory);
  await mkdir(dataDirectory, { recursive: true, mode: 0o711 });
  await writeFile(config, configuration);
  const target = ['--data', dataDirectory, '--config', config];
  await vre([
    'up',
    '--detach',
    ...target,
    ...(portBase === undefined ? [] : ['--port-base', String(portBase)]),
  ]);
  return {
    stop: async () => {
      await vre(['down', ...target]);
    },
  };
}

import { spawn } from 'node:child_process';
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

/** Starts the platform of a data directory in the background. */
export async function startPlatform(
  dataDirectory: string,
  portBase: number | undefined,
): Promise<PlatformHandle> {
  await vre([
    'up',
    '--detach',
    '--data',
    dataDirectory,
    ...(portBase === undefined ? [] : ['--port-base', String(portBase)]),
  ]);
  return {
    stop: async () => {
      await vre(['down', '--data', dataDirectory]);
    },
  };
}

import { spawn } from 'node:child_process';

/** What a client printed, both streams, and how it ended. */
export type ClientRun = { readonly code: number; readonly output: string };

/** Runs a client to its end. `onOutput` hears what it prints as it prints it, for instance a sign-in address. */
export function runClient(
  command: readonly [string, ...string[]],
  options: {
    readonly environment: Readonly<Record<string, string>>;
    readonly directory: string;
    readonly onOutput?: (soFar: string) => void;
  },
): Promise<ClientRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      cwd: options.directory,
      env: { ...options.environment, PYTHONUNBUFFERED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk;
      options.onOutput?.(output);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
